use super::flow::Shares;
use super::{Ground, Serve, Served};
use std::collections::HashSet;

/// The best set of open sites, and the sets that have been tried.
pub struct Incumbent<'a> {
    ground: &'a Ground,
    /// Cost of the best set, scaled.
    pub value: f64,
    /// The best set, ascending.
    pub open: Vec<u32>,
    /// Which sites serve which share of each client then.
    pub shares: Shares,
    tried: HashSet<Vec<u32>>,
}

/// Neighbours priced in one round of local search.
const ROUND: usize = 2000;
/// Sets remembered.
const MEMORY: usize = 200_000;

impl<'a> Incumbent<'a> {
    /// None yet.
    pub fn new(ground: &'a Ground) -> Self {
        Self { ground, value: f64::INFINITY, open: Vec::new(), shares: Vec::new(), tried: HashSet::new() }
    }

    /// Prices a set and keeps it if it is better; whether it is.
    pub fn offer(&mut self, serve: &mut impl Serve, mut open: Vec<u32>) -> bool {
        open.sort_unstable();
        if self.tried.contains(&open) {
            return false;
        }
        if self.tried.len() < MEMORY {
            self.tried.insert(open.clone());
        }
        self.price(serve, open, None) == Some(true)
    }

    /// Prices a set, exactly if an effort is given, and keeps it if it is better; whether it is, or nothing where that
    /// is not known.
    pub fn price(&mut self, serve: &mut impl Serve, open: Vec<u32>, exact: Option<u64>) -> Option<bool> {
        if !self.ground.has_room(&open) {
            return Some(false);
        }
        let fixed = self.ground.fixed_of(&open);
        match serve.serve(&open, self.value - fixed, exact) {
            Served::Cost(cost) if cost + fixed < self.value => {
                self.value = cost + fixed;
                self.open = open;
                self.shares = serve.shares();
                Some(true)
            }
            Served::Cost(_) | Served::TooDear => Some(false),
            Served::Unknown => None,
        }
    }

    /// Adds, drops and swaps sites while that helps. Σ v_j + Σ_{i ∈ S} r_i bounds the cost of any set S from below, so
    /// that most neighbours need not be priced.
    pub fn improve(&mut self, serve: &mut impl Serve, prices: f64, reduced: &[f64], over: &dyn Fn() -> bool) {
        let mut moves: Vec<(f64, Option<u32>, Option<u32>)> = Vec::new();
        loop {
            let open = self.open.clone();
            let base = prices + open.iter().map(|&i| reduced[i as usize]).sum::<f64>();
            let less = |i: u32| -reduced[i as usize];
            moves.clear();
            moves.extend(open.iter().map(|&a| (base + less(a), Some(a), None)));
            for x in (0..self.ground.sites as u32).filter(|x| open.binary_search(x).is_err()) {
                let with = base + reduced[x as usize];
                moves.push((with, None, Some(x)));
                moves.extend(open.iter().map(|&a| (with + less(a), Some(a), Some(x))));
            }
            moves.retain(|m| m.0 < self.value);
            moves.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
            moves.truncate(ROUND);
            let better = moves.iter().any(|&(_, leave, enter)| {
                let set = open.iter().copied().filter(|&i| Some(i) != leave).chain(enter).collect();
                !over() && self.offer(serve, set)
            });
            if !better || over() {
                return;
            }
        }
    }
}
