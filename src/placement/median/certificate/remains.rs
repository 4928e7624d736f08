//! What is left of the problem at a node of the proof, and what multipliers say about it. Costs are whole, multipliers
//! are whole times the scale, sums are wide enough for anything.

use crate::placement::costs::Costs;

/// No site open already serves the client.
pub(super) const NOBODY: i64 = i64::MAX;

/// One client that is not settled yet.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub client: u32,
    /// Cost at the best site that is open already, or [`NOBODY`].
    pub cap: i64,
    /// Free sites (numbers of the whole problem) that cost less than the cap, and their costs, cheapest first.
    pub sites: Vec<(u32, i64)>,
}

/// The problem at a node.
#[derive(Clone, Debug)]
pub(super) struct Remains {
    /// Free sites, ascending.
    pub free: Vec<u32>,
    /// Sites that are open, as far as they belong to the scope.
    pub opened: Vec<u32>,
    pub rows: Vec<Row>,
    /// Clients settled since the scope began and what they cost.
    pub paid: Vec<(u32, i64)>,
    /// Cost of what was settled before.
    pub base: i128,
    /// Sites that must still be opened.
    pub count: usize,
}

/// What multipliers say.
pub(super) struct Finding {
    /// The bound times the scale.
    pub bound: i128,
    /// Reduced costs of the free sites, in their order.
    pub reduced: Vec<i128>,
    /// Largest reduced cost that the count takes and smallest that it leaves.
    last: Option<i128>,
    next: Option<i128>,
    taken: Vec<bool>,
}

impl Remains {
    /// Everything, as far as a client's cost may go.
    pub fn whole(costs: &impl Costs, count: usize, limit: impl Fn(usize) -> i64) -> Self {
        let rows =
            (0..costs.clients()).map(|j| Row { client: j as u32, cap: NOBODY, sites: within(costs, j, limit(j)) });
        Self {
            free: (0..costs.sites() as u32).collect(),
            opened: Vec::new(),
            rows: rows.collect(),
            paid: Vec::new(),
            base: 0,
            count,
        }
    }

    /// Cost of everything that is settled.
    pub fn settled(&self) -> i128 {
        self.base + self.paid.iter().map(|p| i128::from(p.1)).sum::<i128>()
    }

    /// Free sites and entries: smaller whenever something was decided.
    pub fn size(&self) -> usize {
        self.free.len() + self.rows.iter().map(|r| r.sites.len() + usize::from(r.cap != NOBODY)).sum::<usize>()
    }

    /// Evaluates multipliers; `v` tells that of a client, times the scale.
    pub fn finding(&self, v: impl Fn(u32) -> i64, scale: i64) -> Finding {
        let scale = i128::from(scale);
        let mut reduced = vec![0i128; self.free.len()];
        let mut bound = self.settled() * scale;
        let mut place = Places::new(&self.free);
        for row in &self.rows {
            let mut of_client = i128::from(v(row.client));
            if row.cap != NOBODY {
                of_client = of_client.min(i128::from(row.cap) * scale);
            }
            bound += of_client;
            for &(i, c) in &row.sites {
                let slack = i128::from(c) * scale - of_client;
                if slack >= 0 {
                    break;
                }
                reduced[place.of(i)] += slack;
            }
        }
        let mut order: Vec<usize> = (0..reduced.len()).collect();
        order.sort_unstable_by_key(|&k| (reduced[k], k));
        let mut taken = vec![false; reduced.len()];
        for &k in order.iter().take(self.count) {
            taken[k] = true;
            bound += reduced[k];
        }
        let last = self.count.checked_sub(1).and_then(|k| order.get(k)).map(|&k| reduced[k]);
        let next = order.get(self.count).map(|&k| reduced[k]);
        Finding { bound, reduced, last, next, taken }
    }

    /// Leaves out what no answer of cost `none` or less can hold; says whether such an answer may exist.
    pub fn reduce(&mut self, finding: &Finding, v: impl Fn(u32) -> i64, none: i64, scale: i64) -> bool {
        let room = i128::from(none) * i128::from(scale) - finding.bound;
        let (mut close, mut open) = (Vec::new(), Vec::new());
        for (k, &r) in finding.reduced.iter().enumerate() {
            if finding.taken[k] {
                if finding.next.is_none_or(|next| next - r > room) {
                    open.push(self.free[k]);
                }
            } else if finding.last.is_none_or(|last| r - last > room) {
                close.push(self.free[k]);
            }
        }
        // Serving a client from a site that the bound would not open costs both: the site's and the client's difference.
        let mut place = Places::new(&self.free);
        let mut penalty = |i: u32| {
            let k = place.of(i);
            let from = finding.last.unwrap_or(finding.reduced[k]);
            if finding.taken[k] { 0 } else { finding.reduced[k] - from }
        };
        for row in &mut self.rows {
            let mut of_client = i128::from(v(row.client));
            if row.cap != NOBODY {
                of_client = of_client.min(i128::from(row.cap) * i128::from(scale));
            }
            let limit = of_client + room;
            row.sites.retain(|e| i128::from(e.1) * i128::from(scale) + penalty(e.0) <= limit);
            if row.cap != NOBODY && i128::from(row.cap) * i128::from(scale) > limit {
                row.cap = NOBODY;
            }
        }
        self.decide(&close, &open)
    }

    /// Closes and opens sites and follows what that implies; says whether an answer is left.
    pub fn decide(&mut self, close: &[u32], open: &[u32]) -> bool {
        let (mut close, mut open) = (close.to_vec(), open.to_vec());
        loop {
            open.sort_unstable();
            open.dedup();
            close.sort_unstable();
            if open.len() > self.count {
                return false;
            }
            self.count -= open.len();
            self.free.retain(|i| close.binary_search(i).is_err() && open.binary_search(i).is_err());
            if self.free.len() < self.count {
                return false;
            }
            if !self.serve(&close, &open) {
                return false;
            }
            self.opened.append(&mut open);
            close.clear();
            if self.count == 0 && !self.free.is_empty() {
                close.clone_from(&self.free);
            } else if self.count == self.free.len() {
                open.clone_from(&self.free);
            } else {
                let last = self.rows.iter().filter(|r| r.cap == NOBODY && r.sites.len() == 1);
                open.extend(last.map(|r| r.sites[0].0));
            }
            if close.is_empty() && open.is_empty() {
                return true;
            }
        }
    }

    /// Takes decisions into the rows; says whether every client can still be served.
    fn serve(&mut self, close: &[u32], open: &[u32]) -> bool {
        let mut possible = true;
        let mut state: Vec<u8> = Vec::new();
        let size = close.last().copied().max(open.last().copied()).map_or(0, |i| i as usize + 1);
        state.resize(size, 0);
        close.iter().for_each(|&i| state[i as usize] = 1);
        open.iter().for_each(|&i| state[i as usize] = 2);
        let of = |i: u32| state.get(i as usize).copied().unwrap_or(0);
        let paid = &mut self.paid;
        self.rows.retain_mut(|row| {
            if let Some(at) = row.sites.iter().position(|e| of(e.0) == 2) {
                row.cap = row.sites[at].1;
                row.sites.truncate(at);
            }
            row.sites.retain(|e| of(e.0) == 0 && e.1 < row.cap);
            if !row.sites.is_empty() {
                return true;
            }
            if row.cap == NOBODY {
                possible = false;
            } else {
                paid.push((row.client, row.cap));
            }
            false
        });
        possible
    }
}

/// Positions in an ascending list of numbers.
struct Places(Vec<u32>);

impl Places {
    fn new(numbers: &[u32]) -> Self {
        let mut of = vec![u32::MAX; numbers.last().map_or(0, |&i| i as usize + 1)];
        numbers.iter().enumerate().for_each(|(k, &i)| of[i as usize] = k as u32);
        Self(of)
    }
    fn of(&mut self, number: u32) -> usize {
        self.0[number as usize] as usize
    }
}

/// The sites that serve a client for `limit` or less, cheapest first.
fn within(costs: &impl Costs, client: usize, limit: i64) -> Vec<(u32, i64)> {
    let m = costs.sites();
    if m <= 5000 {
        let all = (0..m).map(|i| (i as u32, costs.cost(i, client)));
        let mut all: Vec<(u32, i64)> = all.filter(|e| e.1 <= limit).collect();
        all.sort_unstable_by_key(|e| (e.1, e.0));
        return all;
    }
    let mut want = 64.min(m);
    loop {
        let mut found = costs.nearest(client, want);
        if want == m || found.last().is_some_and(|e| e.1 > limit) {
            found.retain(|e| e.1 <= limit);
            return found;
        }
        want = (2 * want).min(m);
    }
}
