//! Communities: the partition of the greatest modularity that local moves from several orders find.

use super::web::Web;
use crate::stats::stream::{Key, Purpose, Stream};

/// A partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Communities {
    /// Community of each dealer, numbered by its first dealer.
    pub of: Vec<usize>,
    /// Modularity.
    pub modularity: f64,
}

/// Gains below this are none.
const SMALL: f64 = 1e-12;

/// A graph whose nodes may be whole communities.
struct Level {
    neighbours: Vec<Vec<(usize, f64)>>,
    /// Degrees with the weight inside a node counted twice.
    degree: Vec<f64>,
    twice: f64,
}

/// The best of `starts` orders.
pub fn communities(web: &Web, starts: u32, seed: u64) -> Communities {
    let mut best: Option<Communities> = None;
    for replication in 0..starts.max(1) {
        let mut dice = Key { seed, purpose: Purpose::Selection, replication, entity: 0, day: 0 }.stream();
        let of = once(web, &mut dice);
        let modularity = modularity(web, &of);
        if best.as_ref().is_none_or(|b| modularity > b.modularity + SMALL) {
            best = Some(Communities { of, modularity });
        }
    }
    best.expect("there is at least one start")
}

/// Modularity by communities: Σ inside / 2m − Σ (degree / 2m)².
pub fn modularity(web: &Web, of: &[usize]) -> f64 {
    let (mut inside, mut twice, mut degree) = (0.0, 0.0, vec![0.0; of.len()]);
    for (a, b, w) in web.edges() {
        twice += 2.0 * w;
        inside += if of[a] == of[b] { 2.0 * w } else { 0.0 };
        degree[of[a]] += w;
        degree[of[b]] += w;
    }
    if twice == 0.0 { 0.0 } else { inside / twice - degree.iter().map(|d| (d / twice).powi(2)).sum::<f64>() }
}

fn once(web: &Web, dice: &mut Stream) -> Vec<usize> {
    let neighbours = web.neighbours();
    let degree: Vec<f64> = neighbours.iter().map(|l| l.iter().map(|n| n.1).sum()).collect();
    let twice = degree.iter().sum();
    let ground = Level { neighbours, degree, twice };
    let mut of: Vec<usize> = (0..web.dealers()).collect();
    loop {
        let moved = settle(&ground, &mut of, dice);
        let count = renumber(&mut of);
        // Whole communities join others as long as that gains.
        let above = contract(&ground, &of, count);
        let mut groups: Vec<usize> = (0..count).collect();
        let joined = settle(&above, &mut groups, dice);
        of.iter_mut().for_each(|c| *c = groups[*c]);
        renumber(&mut of);
        if !moved && !joined {
            return of;
        }
    }
}

/// Moves single nodes while that gains; true if any moved.
fn settle(level: &Level, of: &mut [usize], dice: &mut Stream) -> bool {
    let n = of.len();
    let mut order: Vec<usize> = (0..n).collect();
    for k in (1..n).rev() {
        order.swap(k, dice.below(k as u64 + 1) as usize);
    }
    let mut total = vec![0.0; n];
    (0..n).for_each(|i| total[of[i]] += level.degree[i]);
    let (mut linked, mut any) = (vec![0.0_f64; n], false);
    loop {
        let mut moved = false;
        for &i in &order {
            let mut near = vec![of[i]];
            for &(j, w) in level.neighbours[i].iter().filter(|x| x.0 != i) {
                linked[of[j]] += w;
                near.push(of[j]);
            }
            near.sort_unstable();
            near.dedup();
            total[of[i]] -= level.degree[i];
            let worth = |c: usize| linked[c] - level.degree[i] * total[c] / level.twice;
            let mut to = of[i];
            for &c in &near {
                if worth(c) > worth(to) + SMALL * level.twice {
                    to = c;
                }
            }
            near.iter().for_each(|&c| linked[c] = 0.0);
            moved |= to != of[i];
            of[i] = to;
            total[to] += level.degree[i];
        }
        if !moved {
            return any;
        }
        any = true;
    }
}

/// Numbers communities by their first member; how many there are.
fn renumber(of: &mut [usize]) -> usize {
    let mut name = vec![usize::MAX; of.len()];
    let mut count = 0;
    for c in of {
        if name[*c] == usize::MAX {
            name[*c] = count;
            count += 1;
        }
        *c = name[*c];
    }
    count
}

fn contract(level: &Level, of: &[usize], count: usize) -> Level {
    let mut sums = vec![std::collections::BTreeMap::new(); count];
    let mut degree = vec![0.0; count];
    for (i, list) in level.neighbours.iter().enumerate() {
        degree[of[i]] += level.degree[i];
        for &(j, w) in list.iter().filter(|x| of[x.0] != of[i]) {
            *sums[of[i]].entry(of[j]).or_insert(0.0) += w;
        }
    }
    Level { neighbours: sums.into_iter().map(|m| m.into_iter().collect()).collect(), degree, twice: level.twice }
}
