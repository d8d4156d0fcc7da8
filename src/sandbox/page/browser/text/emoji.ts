/** The emoji people and bots use most, by Slack's names; what is not here is shown as the text it is. */
const table = `
+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|ok_hand 👌|wave 👋|clap 👏|raised_hands 🙌|pray 🙏|muscle 💪|point_right 👉|point_left 👈|point_up ☝️|point_down 👇|raised_hand ✋|handshake 🤝|eyes 👀|writing_hand ✍️|crossed_fingers 🤞|v ✌️|
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|joy 😂|rolling_on_the_floor_laughing 🤣|wink 😉|blush 😊|heart_eyes 😍|sunglasses 😎|thinking_face 🤔|face_with_raised_eyebrow 🤨|neutral_face 😐|sweat_smile 😅|sweat 😓|cry 😢|sob 😭|scream 😱|rage 😡|angry 😠|confused 😕|disappointed 😞|sleeping 😴|exploding_head 🤯|facepalm 🤦|shrug 🤷|upside_down_face 🙃|melting_face 🫠|salute 🫡|saluting_face 🫡|partying_face 🥳|nerd_face 🤓|robot_face 🤖|skull 💀|ghost 👻|
heart ❤️|broken_heart 💔|blue_heart 💙|green_heart 💚|yellow_heart 💛|purple_heart 💜|100 💯|fire 🔥|boom 💥|sparkles ✨|star ⭐|star2 🌟|zap ⚡|tada 🎉|confetti_ball 🎊|balloon 🎈|trophy 🏆|medal 🏅|gift 🎁|rocket 🚀|
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|negative_squared_cross_mark ❎|heavy_multiplication_x ✖️|heavy_plus_sign ➕|heavy_minus_sign ➖|question ❓|grey_question ❔|exclamation ❗|grey_exclamation ❕|bangbang ‼️|warning ⚠️|no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|rotating_light 🚨|construction 🚧|sos 🆘|information_source ℹ️|bell 🔔|no_bell 🔕|mega 📣|loudspeaker 📢|speech_balloon 💬|thought_balloon 💭|
red_circle 🔴|large_orange_circle 🟠|orange_circle 🟠|large_yellow_circle 🟡|yellow_circle 🟡|large_green_circle 🟢|green_circle 🟢|large_blue_circle 🔵|blue_circle 🔵|large_purple_circle 🟣|purple_circle 🟣|white_circle ⚪|black_circle ⚫|large_red_square 🟥|red_square 🟥|large_orange_square 🟧|large_yellow_square 🟨|large_green_square 🟩|large_blue_square 🟦|large_purple_square 🟪|white_large_square ⬜|black_large_square ⬛|small_red_triangle 🔺|small_red_triangle_down 🔻|large_orange_diamond 🔶|large_blue_diamond 🔷|
arrow_up ⬆️|arrow_down ⬇️|arrow_left ⬅️|arrow_right ➡️|arrow_upper_right ↗️|arrow_lower_right ↘️|arrows_counterclockwise 🔄|arrows_clockwise 🔃|leftwards_arrow_with_hook ↩️|arrow_right_hook ↪️|repeat 🔁|rewind ⏪|fast_forward ⏩|arrow_forward ▶️|double_vertical_bar ⏸️|black_square_for_stop ⏹️|recycle ♻️|
hourglass ⌛|hourglass_flowing_sand ⏳|watch ⌚|alarm_clock ⏰|stopwatch ⏱️|timer_clock ⏲️|clock1 🕐|clock3 🕒|clock9 🕘|calendar 📆|date 📅|spiral_calendar_pad 🗓️|
pushpin 📌|round_pushpin 📍|paperclip 📎|link 🔗|memo 📝|pencil 📝|pencil2 ✏️|clipboard 📋|page_facing_up 📄|scroll 📜|book 📖|books 📚|bookmark 🔖|bookmark_tabs 📑|label 🏷️|file_folder 📁|open_file_folder 📂|card_index_dividers 🗂️|newspaper 📰|notebook 📓|
bar_chart 📊|chart_with_upwards_trend 📈|chart_with_downwards_trend 📉|mag 🔍|mag_right 🔎|bulb 💡|key 🔑|lock 🔒|unlock 🔓|closed_lock_with_key 🔐|shield 🛡️|hammer 🔨|wrench 🔧|hammer_and_wrench 🛠️|gear ⚙️|nut_and_bolt 🔩|toolbox 🧰|fire_extinguisher 🧯|fire_engine 🚒|ambulance 🚑|police_car 🚓|satellite_antenna 📡|electric_plug 🔌|battery 🔋|computer 💻|desktop_computer 🖥️|keyboard ⌨️|floppy_disk 💾|package 📦|inbox_tray 📥|outbox_tray 📤|email 📧|telephone_receiver 📞|pager 📟|bug 🐛|cloud ☁️|thunder_cloud_and_rain ⛈️|sunny ☀️|snowflake ❄️|earth_africa 🌍|globe_with_meridians 🌐|house 🏠|hospital 🏥|office 🏢|
coffee ☕|beers 🍻|pizza 🍕|cake 🍰|dart 🎯|art 🎨|test_tube 🧪|microscope 🔬|wastebasket 🗑️|seedling 🌱|checkered_flag 🏁|triangular_flag_on_post 🚩|white_flag 🏳️|bust_in_silhouette 👤|busts_in_silhouette 👥|firefighter 🧑‍🚒|detective 🕵️|one 1️⃣|two 2️⃣|three 3️⃣|four 4️⃣|five 5️⃣|six 6️⃣|seven 7️⃣|eight 8️⃣|nine 9️⃣|keycap_ten 🔟|zero 0️⃣
`;

const characters: ReadonlyMap<string, string> = new Map(
  table
    .split("|")
    .map((entry) => entry.trim().split(" "))
    .map(([name = "", character = ""]) => [name, character]),
);

/** The character of a name without its colons, or null when it is not one of the common ones. */
export function emojiOf(name: string): string | null {
  return characters.get(name) ?? null;
}

/** Names that contain the words typed, those that begin with them first. */
export function findEmoji(
  typed: string,
  most: number,
): readonly { readonly name: string; readonly character: string }[] {
  const wanted = typed.toLowerCase();
  const matching = [...characters].filter(([name]) => name.includes(wanted));
  const beginning = matching.filter(([name]) => name.startsWith(wanted));
  const others = matching.filter(([name]) => !name.startsWith(wanted));
  return [...beginning, ...others].slice(0, most).map(([name, character]) => ({ name, character }));
}

/** What the picker offers before anything is typed. */
export const usualEmoji: readonly string[] = [
  "+1",
  "eyes",
  "white_check_mark",
  "pushpin",
  "raised_hands",
  "tada",
  "fire",
  "rotating_light",
  "heart",
  "joy",
  "thinking_face",
  "rocket",
];

/** Replaces known `:names:` in text that has no other formatting. */
export function withEmoji(text: string): string {
  return text.replace(/:([a-z0-9_+'-]+):/g, (whole, name: string) => emojiOf(name) ?? whole);
}
