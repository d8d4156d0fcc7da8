import type { Cloud, Operation } from "../api.ts";
import { CloudError } from "../cloud-error.ts";
import { text } from "../input.ts";
import { filterValues, formPage, required } from "../query-input.ts";
import { clusterShape } from "./shapes.ts";
import type { ClusterRecord } from "./state.ts";

export function clusterCalls({ world, databases }: Cloud): Readonly<Record<string, Operation>> {
  const { state } = databases;
  const shape = (of: ClusterRecord) => clusterShape(of, state.tags[of.arn] ?? [], world.region);

  function need(id: string): ClusterRecord {
    const found = databases.cluster(id);
    if (!found) throw new CloudError("DBClusterNotFoundFault", `DBCluster ${id} not found.`, 404);
    return found;
  }

  return {
    DescribeDBClusters: (input) => {
      const id = text(input, "DBClusterIdentifier");
      const filter = filterValues(input, ["db-cluster-id", "engine", "db-cluster-resource-id"]);
      const ids = filter("db-cluster-id");
      const engines = filter("engine");
      const all = (id ? [need(id)] : state.clusters)
        .filter((one) => !ids || ids.includes(one.id) || ids.includes(one.arn))
        .filter((one) => !engines || engines.includes(one.engine));
      const { items, Marker } = formPage(input, all);
      return { DBClusters: items.map(shape), Marker };
    },

    FailoverDBCluster: (input) => {
      const of = need(required(input, "DBClusterIdentifier"));
      const invalid = (message: string) => new CloudError("InvalidDBClusterStateFault", message);
      if (of.status !== "available") throw invalid(`DBCluster ${of.id} is not in available state.`);
      const readers = of.members.filter((id) => id !== of.writer && databases.instance(id)?.status === "available");
      const wanted = text(input, "TargetDBInstanceIdentifier");
      if (wanted && !of.members.includes(wanted)) {
        throw new CloudError("DBInstanceNotFound", `DBInstance ${wanted} not found in DBCluster ${of.id}.`, 404);
      }
      if (wanted === of.writer) throw invalid(`${wanted} is already the writer of DBCluster ${of.id}.`);
      const to = wanted ?? readers[0];
      if (!to || !readers.includes(to)) throw invalid(`DBCluster ${of.id} has no reader to fail over to.`);
      databases.failOver(of, to);
      return { DBCluster: shape(of) };
    },
  };
}
