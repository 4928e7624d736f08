use super::certificate;
use super::community::{communities, modularity};
use super::contagion::Influence;
use super::gate::{gate, sign};
use super::learn::ridge;
use super::web::{Edge, Kind, Web, summed};

/// Zachary's karate club (Journal of Anthropological Research 33, 1977): who of 34 meets whom, by the lower member.
const KARATE: [&[usize]; 33] = [
    &[2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 18, 20, 22, 32],
    &[3, 4, 8, 14, 18, 20, 22, 31],
    &[4, 8, 9, 10, 14, 28, 29, 33],
    &[8, 13, 14],
    &[7, 11],
    &[7, 11, 17],
    &[17],
    &[],
    &[31, 33, 34],
    &[34],
    &[],
    &[],
    &[],
    &[34],
    &[33, 34],
    &[33, 34],
    &[],
    &[],
    &[33, 34],
    &[34],
    &[33, 34],
    &[],
    &[33, 34],
    &[26, 28, 30, 33, 34],
    &[26, 28, 32],
    &[32],
    &[30, 34],
    &[34],
    &[32, 34],
    &[33, 34],
    &[33, 34],
    &[33, 34],
    &[34],
];

fn plain(n: usize, pairs: &[(usize, usize)]) -> Web {
    let edge = |&(a, b): &(usize, usize)| Edge { a, b, kind: Kind::Customers, weight: 1.0 };
    Web::new(n, &pairs.iter().map(edge).collect::<Vec<_>>())
}

fn karate() -> Web {
    let pairs: Vec<(usize, usize)> =
        KARATE.iter().enumerate().flat_map(|(a, list)| list.iter().map(move |b| (a, b - 1))).collect();
    plain(34, &pairs)
}

#[test]
fn the_karate_club_has_its_published_modularity() {
    let web = karate();
    assert_eq!((web.pairs(), web.parts()), (78, 1));
    let found = communities(&web, 20, 1);
    assert_eq!(format!("{:.4}", found.modularity), "0.4198");
    assert_eq!(found.of.iter().max(), Some(&3), "four communities");
    let edges: Vec<_> = web.edges().collect();
    assert!((certificate::modularity(34, &edges, &found.of) - found.modularity).abs() < 1e-12);
    assert_eq!(found, communities(&web, 20, 1));
}

/// All partitions of small graphs.
#[test]
fn no_partition_of_a_small_graph_is_better() {
    for seed in 0..40_u64 {
        let mut dice = crate::stats::stream::Stream::from_hash(seed);
        let n = 7;
        let edges: Vec<Edge> = (0..n)
            .flat_map(|a| (0..a).map(move |b| (a, b)))
            .filter_map(|(a, b)| {
                let there = dice.unit() < 0.4;
                there.then(|| Edge { a, b, kind: Kind::ALL[dice.below(4) as usize], weight: 0.5 + dice.unit() })
            })
            .collect();
        let web = Web::new(n, &edges);
        let mut best = f64::NEG_INFINITY;
        // Restricted growth strings: each dealer joins a community before it or opens the next.
        let mut partitions = vec![vec![0]];
        for _ in 1..n {
            partitions = partitions
                .into_iter()
                .flat_map(|p: Vec<usize>| {
                    let next = p.iter().max().unwrap() + 1;
                    (0..=next).map(move |c| p.iter().copied().chain([c]).collect())
                })
                .collect();
        }
        assert_eq!(partitions.len(), 877);
        let list: Vec<_> = web.edges().collect();
        for p in &partitions {
            let q = modularity(&web, p);
            assert!((q - certificate::modularity(n, &list, p)).abs() < 1e-12);
            best = best.max(q);
        }
        let found = communities(&web, 20, seed).modularity;
        assert!((found - best).abs() < 1e-9, "seed {seed}: {found} {best}");
    }
}

/// Three models moved between two dealers are one pair, and so is a price relation told from both sides.
#[test]
fn rows_of_a_pair_are_one_relation() {
    let edge = |a, b, kind, weight| Edge { a, b, kind, weight };
    let rows = [
        edge(0, 1, Kind::Transfers, 1.0),
        edge(1, 0, Kind::Transfers, 2.0),
        edge(0, 1, Kind::Transfers, 3.0),
        edge(1, 2, Kind::Transfers, 2.0),
        edge(2, 2, Kind::Transfers, 9.0),
        edge(0, 2, Kind::Price, 4.0),
        edge(2, 0, Kind::Price, 4.0),
    ];
    let pairs = [edge(0, 1, Kind::Transfers, 6.0), edge(1, 2, Kind::Transfers, 2.0), edge(0, 2, Kind::Price, 8.0)];
    assert_eq!(summed(&rows), pairs);
    let list = |edges: &[Edge]| Web::new(3, edges).edges().collect::<Vec<_>>();
    // Means of pairs: 4 cars, 8 of price.
    assert_eq!(list(&rows), [(0, 1, 1.5), (0, 2, 1.0), (1, 2, 0.5)]);
    assert_eq!(list(&rows), list(&pairs));
}

#[test]
fn dealers_with_the_same_neighbours_are_alike() {
    // 0 and 1 both know 2 and 3; 4 knows 3 only.
    let web = plain(5, &[(0, 2), (0, 3), (1, 2), (1, 3), (4, 3), (0, 1)]);
    let similar = web.similar(2);
    assert_eq!(similar[0][0], (1, 1.0));
    // 4 and 1 share 3; 1 has 2 and 0 beside it.
    assert_eq!(similar[4][1], (1, 1.0 / 3.0));
}

#[test]
fn a_cut_spreads_as_the_closed_form_says() {
    // Two rivals: x₀ = 1 / (1 − ρ²), x₁ = ρ x₀; and one that has none.
    let influence = Influence::new(vec![vec![(1, 5.0)], vec![(0, 2.0)], vec![]], 0.5);
    let (first, v) = (vec![1.0, 0.0, 0.0], influence.multipliers());
    let x = influence.spread(&first);
    assert!((x[0] - 4.0 / 3.0).abs() < 1e-12 && (x[1] - 2.0 / 3.0).abs() < 1e-12 && x[2] == 0.0, "{x:?}");
    assert!((v[0] - 2.0).abs() < 1e-12 && v[2] == 1.0);
    assert!(certificate::contagion(&influence, &first, &x, &v) < 1e-12);
    let wrong = vec![1.3, 0.7, 0.0];
    assert!(certificate::contagion(&influence, &first, &wrong, &v) > 0.01);
}

#[test]
fn the_sign_test_by_hand_and_the_ridge_on_what_is_plain() {
    assert!((sign(3, 1) - 5.0 / 16.0).abs() < 1e-12);
    assert!((sign(0, 0) - 1.0).abs() < 1e-12 && (sign(10, 0) - 1.0 / 1024.0).abs() < 1e-12);
    let features: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i), 7.0]).collect();
    let labels: Vec<usize> = (0..40).map(|i| usize::from(i >= 20)).collect();
    let known: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
    let said = ridge(&features, &labels, 2, &known);
    assert!((0..40).filter(|&i| said[i] == labels[i]).count() >= 39);
    assert!(gate(&plain(3, &[(0, 1)]), &[vec![], vec![], vec![]], &[0, 1, 0], 1).is_err());
}
