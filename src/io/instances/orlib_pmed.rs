//! OR-Library p-median files: `n m p`, then m lines `i j cost`. The last of duplicate edges wins; distances are the
//! shortest paths between all pairs.

use super::text::{Fault, Text};
use crate::placement::costs::Matrix;
use std::collections::BinaryHeap;
use std::path::Path;

/// Largest number of nodes: the table of distances has its square.
const LARGEST: i64 = 20_000;

/// A p-median instance on a graph.
#[derive(Debug)]
pub struct Pmed {
    /// All-pairs shortest distances.
    pub distances: Matrix,
    /// Number of sites to open.
    pub count: usize,
}

/// Reads a file.
pub fn read(file: &Path) -> Result<Pmed, Fault> {
    parse(&mut Text::read(file)?)
}

/// Parses a text.
pub fn parse(text: &mut Text) -> Result<Pmed, Fault> {
    let n = text.whole("the number of nodes", 1, LARGEST)? as usize;
    let edges = text.whole("the number of edges", 0, 200_000_000)?;
    let count = text.whole("p", 1, n as i64)? as usize;
    let mut costs = std::collections::BTreeMap::new();
    for _ in 0..edges {
        let i = text.whole("the first node of an edge", 1, n as i64)? as u32 - 1;
        let j = text.whole("the second node of an edge", 1, n as i64)? as u32 - 1;
        let cost = text.whole("the cost of an edge", 0, 1 << 30)?;
        costs.insert((i.min(j), i.max(j)), cost);
    }
    text.finish()?;
    let mut near: Vec<Vec<(u32, i64)>> = vec![Vec::new(); n];
    for (&(i, j), &cost) in &costs {
        near[i as usize].push((j, cost));
        near[j as usize].push((i, cost));
    }
    let mut data = Vec::with_capacity(n * n);
    for j in 0..n {
        let row = shortest(&near, j);
        if let Some(i) = row.iter().position(|&d| d == i64::MAX) {
            return Err(text.fault(format!("no path joins nodes {} and {}", j + 1, i + 1)));
        }
        data.extend(row);
    }
    Ok(Pmed { distances: Matrix::new(n, data), count })
}

/// Dijkstra from one node.
fn shortest(near: &[Vec<(u32, i64)>], from: usize) -> Vec<i64> {
    let mut distance = vec![i64::MAX; near.len()];
    let mut heap = BinaryHeap::from([(std::cmp::Reverse(0i64), from as u32)]);
    distance[from] = 0;
    while let Some((std::cmp::Reverse(d), i)) = heap.pop() {
        if d > distance[i as usize] {
            continue;
        }
        for &(j, cost) in &near[i as usize] {
            let there = d + cost;
            if there < distance[j as usize] {
                distance[j as usize] = there;
                heap.push((std::cmp::Reverse(there), j));
            }
        }
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Text {
        Text::from_bytes(Path::new("x.txt"), s.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_last_of_duplicate_edges_wins_and_paths_are_shortest() {
        let p = parse(&mut text("3 4 1\n1 2 10\n2 3 1\n1 2 4\n1 3 9\n")).unwrap();
        assert_eq!(p.distances.row(0), [0, 4, 5]);
        assert_eq!(p.distances.row(2), [5, 1, 0]);
    }

    #[test]
    fn faults_name_the_line() {
        for (s, line, word) in [
            ("3 1 1\n1 4 2\n", 2, "outside"),
            ("3 1 9\n1 2 2\n", 1, "p is 9"),
            ("3 2 1\n1 2 2\n", 3, "ends"),
            ("3 1 1\n1 2 x\n", 2, "not a number"),
            ("3 1 1\n1 2 1\n", 3, "no path"),
            ("2 1 1\n1 2 1\n7\n", 3, "goes on"),
            ("2 1 1\n1 2 -1\n", 2, "outside"),
            ("", 1, "ends"),
        ] {
            let fault = parse(&mut text(s)).unwrap_err();
            assert_eq!(fault.line, line, "{s:?}: {fault}");
            assert!(fault.reason.contains(word), "{s:?}: {fault}");
        }
    }
}
