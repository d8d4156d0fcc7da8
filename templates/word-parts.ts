import { quoted } from "./xml.ts";

const schemas = "http://schemas.openxmlformats.org";
const word = `${schemas}/wordprocessingml/2006/main`;
const office = `${schemas}/officeDocument/2006/relationships`;
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/** The parts of a .docx file by their paths, but for its pictures; source: ECMA-376, parts 1 and 2. */
export function wordParts(
  body: string,
  {
    links,
    pictures,
    counted,
  }: {
    readonly links: readonly string[];
    readonly pictures: readonly { readonly name: string }[];
    readonly counted: number;
  },
): Readonly<Record<string, string>> {
  const relations = [
    `<Relationship Id="styles" Type="${office}/styles" Target="styles.xml"/>`,
    `<Relationship Id="numbering" Type="${office}/numbering" Target="numbering.xml"/>`,
    ...pictures.map(
      ({ name }, index) =>
        `<Relationship Id="picture${index + 1}" Type="${office}/image" Target="media/${quoted(name)}"/>`,
    ),
    ...links.map(
      (url, index) =>
        `<Relationship Id="link${index + 1}" Type="${office}/hyperlink" Target="${quoted(url)}" TargetMode="External"/>`,
    ),
  ];
  const page =
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>';
  const names = [
    `xmlns:w="${word}" xmlns:r="${office}"`,
    `xmlns:wp="${schemas}/drawingml/2006/wordprocessingDrawing"`,
    `xmlns:a="${schemas}/drawingml/2006/main" xmlns:pic="${schemas}/drawingml/2006/picture"`,
  ].join(" ");
  return {
    "[Content_Types].xml": `${head}<Types xmlns="${schemas}/package/2006/content-types">${[
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      '<Default Extension="xml" ContentType="application/xml"/>',
      ...["png", "jpeg", "gif"].map((kind) => `<Default Extension="${kind}" ContentType="image/${kind}"/>`),
      `<Override PartName="/word/document.xml" ContentType="${wordType}.document.main+xml"/>`,
      `<Override PartName="/word/styles.xml" ContentType="${wordType}.styles+xml"/>`,
      `<Override PartName="/word/numbering.xml" ContentType="${wordType}.numbering+xml"/>`,
    ].join("")}</Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="${schemas}/package/2006/relationships"><Relationship Id="document" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    "word/document.xml": `${head}<w:document ${names}><w:body>${body}${page}</w:body></w:document>`,
    "word/_rels/document.xml.rels": `${head}<Relationships xmlns="${schemas}/package/2006/relationships">${relations.join("")}</Relationships>`,
    "word/styles.xml": `${head}<w:styles xmlns:w="${word}">${styles}</w:styles>`,
    "word/numbering.xml": `${head}<w:numbering xmlns:w="${word}">${numbering(counted)}</w:numbering>`,
  };
}

/** Names that Word and Google Docs know are taken for their own headings and quotes. */
const styles = [
  '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:cs="Arial"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="120"/></w:pPr></w:pPrDefault></w:docDefaults>',
  '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>',
  ...[40, 32, 28, 24, 22, 22].map(
    (size, index) =>
      `<w:style w:type="paragraph" w:styleId="Heading${index + 1}"><w:name w:val="heading ${index + 1}"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="${index}"/></w:pPr><w:rPr><w:b/><w:sz w:val="${size}"/></w:rPr></w:style>`,
  ),
  '<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/><w:basedOn w:val="Normal"/><w:pPr><w:ind w:left="567"/></w:pPr><w:rPr><w:i/></w:rPr></w:style>',
  '<w:style w:type="paragraph" w:customStyle="1" w:styleId="Code"><w:name w:val="Code"/><w:basedOn w:val="Normal"/><w:pPr><w:shd w:val="clear" w:color="auto" w:fill="F2F2F2"/></w:pPr></w:style>',
  '<w:style w:type="paragraph" w:customStyle="1" w:styleId="Rule"><w:name w:val="Rule"/><w:basedOn w:val="Normal"/><w:pPr><w:pBdr><w:bottom w:val="single" w:sz="6" w:space="1" w:color="BFBFBF"/></w:pBdr></w:pPr></w:style>',
  '<w:style w:type="character" w:customStyle="1" w:styleId="CodeText"><w:name w:val="Code Text"/><w:rPr><w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/><w:sz w:val="20"/></w:rPr></w:style>',
].join("");

/** The first list has dots; each after it counts from one. */
function numbering(counted: number): string {
  const levels = (draw: (level: number) => string) =>
    Array.from(
      { length: 9 },
      (_, level) =>
        `<w:lvl w:ilvl="${level}"><w:start w:val="1"/>${draw(level)}<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="${720 * (level + 1)}" w:hanging="360"/></w:pPr></w:lvl>`,
    ).join("");
  const dots = levels((level) => `<w:numFmt w:val="bullet"/><w:lvlText w:val="${["•", "◦", "▪"][level % 3]}"/>`);
  const numbers = levels((level) => `<w:numFmt w:val="decimal"/><w:lvlText w:val="%${level + 1}."/>`);
  const restart = Array.from(
    { length: 9 },
    (_, level) => `<w:lvlOverride w:ilvl="${level}"><w:startOverride w:val="1"/></w:lvlOverride>`,
  ).join("");
  return [
    `<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="hybridMultilevel"/>${dots}</w:abstractNum>`,
    `<w:abstractNum w:abstractNumId="2"><w:multiLevelType w:val="hybridMultilevel"/>${numbers}</w:abstractNum>`,
    '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
    ...Array.from(
      { length: counted },
      (_, index) => `<w:num w:numId="${index + 2}"><w:abstractNumId w:val="2"/>${restart}</w:num>`,
    ),
  ].join("");
}
