//! The graph of dealers: edges of several kinds, and all kinds as one.

use petgraph::graph::{NodeIndex, UnGraph};
use petgraph::visit::EdgeRef;
use std::collections::BTreeMap;

/// What an edge says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One owner.
    Ownership,
    /// Customers who could go to both.
    Customers,
    /// Cars that moved between them.
    Transfers,
    /// One's price moves the other's.
    Price,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Ownership, Self::Customers, Self::Transfers, Self::Price];

    /// The word of tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ownership => "ownership",
            Self::Customers => "customers",
            Self::Transfers => "transfers",
            Self::Price => "price",
        }
    }
}

/// An edge between two dealers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edge {
    /// One.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// Kind.
    pub kind: Kind,
    /// Weight above 0, in the kind's own unit.
    pub weight: f64,
}

/// Each kind and pair once, with the sum of its weights. Edges from a dealer to itself say nothing and are left out.
pub fn summed(edges: &[Edge]) -> Vec<Edge> {
    let mut sums: BTreeMap<(Kind, usize, usize), f64> = BTreeMap::new();
    for e in edges.iter().filter(|e| e.a != e.b && e.weight > 0.0) {
        *sums.entry((e.kind, e.a.min(e.b), e.a.max(e.b))).or_default() += e.weight;
    }
    sums.into_iter().map(|((kind, a, b), weight)| Edge { a, b, kind, weight }).collect()
}

/// All kinds as one weighted graph.
pub struct Web {
    graph: UnGraph<(), f64>,
}

impl Web {
    /// Adds the kinds up, each divided by the mean weight of its pairs.
    pub fn new(dealers: usize, edges: &[Edge]) -> Self {
        let mut weights: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for own in summed(edges).chunk_by(|x, y| x.kind == y.kind) {
            let mean = own.iter().map(|e| e.weight).sum::<f64>() / own.len() as f64;
            own.iter().for_each(|e| *weights.entry((e.a, e.b)).or_default() += e.weight / mean);
        }
        let mut graph = UnGraph::with_capacity(dealers, weights.len());
        (0..dealers).for_each(|_| {
            graph.add_node(());
        });
        for ((a, b), w) in weights {
            graph.add_edge(NodeIndex::new(a), NodeIndex::new(b), w);
        }
        Self { graph }
    }

    /// Dealers.
    pub fn dealers(&self) -> usize {
        self.graph.node_count()
    }

    /// Pairs with a relation.
    pub fn pairs(&self) -> usize {
        self.graph.edge_count()
    }

    /// Parts that no relation joins.
    pub fn parts(&self) -> usize {
        petgraph::algo::connected_components(&self.graph)
    }

    /// Every pair once, with its weight.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.graph.edge_references().map(|e| (e.source().index(), e.target().index(), *e.weight()))
    }

    /// Neighbours of every dealer with weights, ascending.
    pub fn neighbours(&self) -> Vec<Vec<(usize, f64)>> {
        let mut lists = vec![Vec::new(); self.dealers()];
        for (a, b, w) in self.edges() {
            lists[a].push((b, w));
            lists[b].push((a, w));
        }
        lists.iter_mut().for_each(|l| l.sort_by_key(|n| n.0));
        lists
    }

    /// For each dealer the most similar others by their neighbours, best first; only those with something in common.
    pub fn similar(&self, most: usize) -> Vec<Vec<(usize, f64)>> {
        let lists = self.neighbours();
        let sums: Vec<f64> = lists.iter().map(|l| l.iter().map(|n| n.1).sum()).collect();
        let mut shared = vec![0.0_f64; lists.len()];
        (0..lists.len())
            .map(|i| {
                let mut met = Vec::new();
                for &(j, w) in &lists[i] {
                    for &(k, v) in lists[j].iter().filter(|n| n.0 != i) {
                        if shared[k] == 0.0 {
                            met.push(k);
                        }
                        shared[k] += w.min(v);
                    }
                }
                let between = |k: usize| lists[i].binary_search_by_key(&k, |n| n.0).map_or(0.0, |at| lists[i][at].1);
                let mut found: Vec<(usize, f64)> =
                    met.iter().map(|&k| (k, shared[k] / (sums[i] + sums[k] - 2.0 * between(k) - shared[k]))).collect();
                met.iter().for_each(|&k| shared[k] = 0.0);
                found.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
                found.truncate(most);
                found
            })
            .collect()
    }
}
