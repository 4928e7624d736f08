//! Graphs with a planted partition: some whose edges follow the label, some whose edges do not.

use super::gate::gate;
use super::web::{Edge, Kind, Web};
use crate::stats::normal::quantile;
use crate::stats::stream::{Key, Purpose, Stream};

/// What a graph's edges follow.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edges {
    /// The label: they help.
    Label,
    /// The label, seven in ten instead of three in four.
    Fainter,
    /// Nothing.
    Chance,
    /// A group that has nothing to do with the label.
    Other,
    /// The features that are there already, so strong that nothing is left to help with.
    Known,
}

/// 200 dealers, mean degree 10 of which three in four follow the group; five features that weakly show the label.
fn planted(edges: Edges, dice: &mut Stream) -> (Web, Vec<Vec<f64>>, Vec<usize>) {
    let n = 200;
    let labels: Vec<usize> = (0..n).map(|i| i % 2).collect();
    let group: Vec<usize> = match edges {
        Edges::Label | Edges::Fainter | Edges::Known => labels.clone(),
        Edges::Chance => vec![0; n],
        Edges::Other => (0..n).map(|i| i / 2 % 2).collect(),
    };
    let mean = if edges == Edges::Known { 3.0 } else { 0.2 };
    let mut normal = || quantile(dice.unit().clamp(1e-12, 1.0 - 1e-12));
    let features = labels.iter().map(|l| (0..5).map(|_| normal() + mean * (2.0 * *l as f64 - 1.0)).collect()).collect();
    let (near, far) = if edges == Edges::Fainter { (0.07, 0.03) } else { (0.075, 0.025) };
    let mut list = Vec::new();
    for a in 0..n {
        for b in 0..a {
            let same = edges == Edges::Chance || group[a] == group[b];
            let chance = if edges == Edges::Chance {
                0.05
            } else if same {
                near
            } else {
                far
            };
            if dice.unit() < chance {
                list.push(Edge { a, b, kind: Kind::Customers, weight: 1.0 });
            }
        }
    }
    (Web::new(n, &list), features, labels)
}

/// How many of `count` graphs are judged right, and how often help was seen where there was none.
fn judged(count: u32) -> (u32, u32, u32) {
    let (mut right, mut seen, mut without) = (0, 0, 0);
    for g in 0..count {
        let kinds = [Edges::Label, Edges::Chance, Edges::Fainter, Edges::Other, Edges::Label, Edges::Known];
        let edges = kinds[g as usize % 6];
        let helps = matches!(edges, Edges::Label | Edges::Fainter);
        let mut dice = Key { seed: 5, purpose: Purpose::Sampling, replication: g, entity: 0, day: 0 }.stream();
        let (web, features, labels) = planted(edges, &mut dice);
        let gain = gate(&web, &features, &labels, u64::from(g)).unwrap().gain();
        right += u32::from(gain == helps);
        seen += u32::from(gain && !helps);
        without += u32::from(!helps);
    }
    (right, seen, without)
}

#[test]
fn the_gate_is_right_on_graphs_that_help_and_on_graphs_that_do_not() {
    let (right, ..) = judged(60);
    assert!(right >= 57, "{right} of 60");
}

#[test]
#[ignore = "a thousand graphs"]
fn the_gate_is_right_on_950_of_1000_graphs() {
    let (right, seen, without) = judged(1000);
    println!("right on {right} of 1000; help seen on {seen} of the {without} graphs without");
    assert!(right >= 950, "{right} of 1000");
    // At the level of 1 %: at most 14 of 500 in 999 of 1,000 experiments.
    assert!(seen <= 14, "{seen} of {without}");
}
