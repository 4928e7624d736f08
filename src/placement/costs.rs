//! What serving a client from a site costs, and the sites of a client in order of that cost.

pub use super::plane::Plane;

/// Costs of serving clients from sites, in whole units.
pub trait Costs: Sync {
    /// Number of sites.
    fn sites(&self) -> usize;
    /// Number of clients.
    fn clients(&self) -> usize;
    /// Cost of serving a client from a site.
    fn cost(&self, site: usize, client: usize) -> i64;
    /// The `count` cheapest sites of a client, ordered by (cost, site); ties across the end are cut anywhere.
    fn nearest(&self, client: usize, count: usize) -> Vec<(u32, i64)>;
    /// Cost of leaving a client unserved, where that is allowed; sites that cost as much are left out of its list.
    fn unserved(&self, _client: usize) -> Option<i64> {
        None
    }
    /// An equal problem on fewer clients once sites are decided, with the new place of each client, where one is known.
    fn shrink(&self, _lists: &Lists, _choice: &super::ascent::Choice) -> Option<(Cells, Vec<u32>)> {
        None
    }
}

/// A full table of costs, client by client.
#[derive(Clone, Debug)]
pub struct Matrix {
    sites: usize,
    data: Vec<i64>,
}

impl Matrix {
    /// Wraps `clients × sites` costs stored client by client.
    pub fn new(sites: usize, data: Vec<i64>) -> Self {
        assert!(sites > 0 && data.len().is_multiple_of(sites), "a cost table has one row per client");
        Self { sites, data }
    }
    /// The costs of one client, by site.
    pub fn row(&self, client: usize) -> &[i64] {
        &self.data[client * self.sites..(client + 1) * self.sites]
    }
}

impl Costs for Matrix {
    fn sites(&self) -> usize {
        self.sites
    }
    fn clients(&self) -> usize {
        self.data.len() / self.sites
    }
    fn cost(&self, site: usize, client: usize) -> i64 {
        self.data[client * self.sites + site]
    }
    fn nearest(&self, client: usize, count: usize) -> Vec<(u32, i64)> {
        let mut all: Vec<(u32, i64)> = self.row(client).iter().enumerate().map(|(i, &c)| (i as u32, c)).collect();
        let key = |e: &(u32, i64)| (e.1, e.0);
        if count < all.len() {
            all.select_nth_unstable_by_key(count, key);
            all.truncate(count);
        }
        all.sort_unstable_by_key(key);
        all
    }
}

/// Clients that are covered for nothing by some sites and cost their weight when none of those is open: coverage
/// problems in the words of location.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    sites: usize,
    starts: Vec<usize>,
    covers: Vec<u32>,
    weights: Vec<i64>,
}

impl Cells {
    /// No cell yet.
    pub fn new(sites: usize) -> Self {
        Self { sites, starts: vec![0], covers: Vec::new(), weights: Vec::new() }
    }
    /// Adds a cell with the sites that cover it, ascending, and its weight.
    pub fn push(&mut self, covers: &[u32], weight: i64) {
        self.covers.extend_from_slice(covers);
        self.starts.push(self.covers.len());
        self.weights.push(weight);
    }
    /// The sites that cover a cell, ascending.
    pub fn covers(&self, cell: usize) -> &[u32] {
        &self.covers[self.starts[cell]..self.starts[cell + 1]]
    }
    /// Weight of a cell.
    pub fn weight(&self, cell: usize) -> i64 {
        self.weights[cell]
    }
    /// Sum of all weights.
    pub fn total(&self) -> i64 {
        self.weights.iter().sum()
    }
}

impl Costs for Cells {
    fn sites(&self) -> usize {
        self.sites
    }
    fn clients(&self) -> usize {
        self.weights.len()
    }
    fn cost(&self, site: usize, client: usize) -> i64 {
        if self.covers(client).binary_search(&(site as u32)).is_ok() { 0 } else { self.weights[client] }
    }
    fn nearest(&self, client: usize, _count: usize) -> Vec<(u32, i64)> {
        self.covers(client).iter().map(|&i| (i, 0)).collect()
    }
    fn unserved(&self, client: usize) -> Option<i64> {
        Some(self.weights[client])
    }
    fn shrink(&self, lists: &Lists, choice: &super::ascent::Choice) -> Option<(Cells, Vec<u32>)> {
        let mut merged: std::collections::HashMap<&[u32], u32> = std::collections::HashMap::new();
        let mut weights: Vec<(usize, i64)> = Vec::new();
        let mut place = vec![u32::MAX; self.clients()];
        for (j, list) in lists.iter().enumerate() {
            if list.sites.iter().any(|&i| choice.must[i as usize]) {
                continue;
            }
            let at = *merged.entry(&list.sites).or_insert_with(|| {
                weights.push((j, 0));
                weights.len() as u32 - 1
            });
            weights[at as usize].1 += self.weights[j];
            place[j] = at;
        }
        let mut small = Cells::new(self.sites);
        for (j, weight) in weights {
            small.push(&lists.of(j).sites, weight);
        }
        Some((small, place))
    }
}

/// For every client its cheapest sites in order; lists grow on demand.
#[derive(Clone, Debug)]
pub struct Lists {
    lists: Vec<List>,
}

/// The cheapest sites of one client.
#[derive(Clone, Debug)]
pub struct List {
    /// Sites, cheapest first.
    pub sites: Vec<u32>,
    /// Their costs, not decreasing.
    pub costs: Vec<i64>,
    /// Every alive site that costs less than this is in the list (`i64::MAX` when none is missing).
    pub reach: i64,
}

impl List {
    fn from(pairs: Vec<(u32, i64)>, complete: bool) -> Self {
        let reach = if complete { i64::MAX } else { pairs.last().map_or(i64::MIN, |p| p.1) };
        let (sites, costs) = pairs.into_iter().unzip();
        Self { sites, costs, reach }
    }
    /// The entries, cheapest first.
    pub fn iter(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        self.sites.iter().zip(&self.costs).map(|(&i, &c)| (i as usize, c))
    }
    fn retain(&mut self, alive: &[bool]) {
        let mut kept = 0;
        for k in 0..self.sites.len() {
            if alive[self.sites[k] as usize] {
                self.sites[kept] = self.sites[k];
                self.costs[kept] = self.costs[k];
                kept += 1;
            }
        }
        self.sites.truncate(kept);
        self.costs.truncate(kept);
    }
    /// Number of entries with a cost below `limit`.
    pub fn below(&self, limit: i64) -> usize {
        self.costs.partition_point(|&c| c < limit)
    }
}

/// Number of entries that all lists together may hold before they stay prefixes (12 bytes each).
const WHOLE_LISTS: usize = 40_000_000;

impl Lists {
    /// Lists that hold every site where that fits, and otherwise some `want` nearest sites.
    pub fn new(costs: &impl Costs, want: usize) -> Self {
        let (m, n) = (costs.sites(), costs.clients());
        let want = if m.saturating_mul(n) <= WHOLE_LISTS { m } else { want.clamp(1, m) };
        let one = |j: usize| {
            let list = List::from(costs.nearest(j, want), want == m);
            match costs.unserved(j) {
                Some(reach) => List { reach, ..list },
                None => list,
            }
        };
        Self { lists: (0..n).map(one).collect() }
    }
    /// Lists that are prefixes of what they could be.
    #[cfg(test)]
    pub fn of_prefixes(pairs: Vec<Vec<(u32, i64)>>) -> Self {
        Self { lists: pairs.into_iter().map(|p| List::from(p, false)).collect() }
    }
    /// Number of clients.
    pub fn len(&self) -> usize {
        self.lists.len()
    }
    /// Whether there is no client.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }
    /// The list of a client.
    pub fn of(&self, client: usize) -> &List {
        &self.lists[client]
    }
    /// All lists in the order of clients.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.iter()
    }
    /// Keeps only the sites that are alive.
    pub fn retain(&mut self, alive: &[bool]) {
        for list in &mut self.lists {
            list.retain(alive);
        }
    }
    /// Lengthens the list of a client to every alive site that costs less than `limit`.
    pub fn grow(&mut self, costs: &impl Costs, client: usize, limit: i64, alive: &[bool]) {
        let mut want = 2 * self.lists[client].sites.len().max(8);
        while self.lists[client].reach < limit {
            let found = costs.nearest(client, want);
            let complete = found.len() == costs.sites();
            let mut list = List::from(found, complete);
            list.retain(alive);
            self.lists[client] = list;
            want *= 2;
        }
    }
    /// Entries of all lists together.
    pub fn entries(&self) -> usize {
        self.lists.iter().map(|l| l.sites.len()).sum()
    }
}
