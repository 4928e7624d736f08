use crate::placement::costs::Costs;
use crate::placement::facility::Problem;

/// A capacitated problem in floating point, in the layout the search wants.
pub struct Ground {
    /// Number of sites.
    pub sites: usize,
    /// Number of clients.
    pub clients: usize,
    /// Fixed cost of each site, scaled.
    pub fixed: Vec<f64>,
    /// Capacity of each site.
    pub capacity: Vec<f64>,
    /// Demand of each client.
    pub demand: Vec<f64>,
    /// Sum of all demands.
    pub total: f64,
    /// Cost of serving one unit of demand, site by site (of serving the client where its demand is zero).
    pub unit: Vec<f64>,
    /// Sites of each client by cost of serving all its demand.
    pub lists: Vec<Vec<(u32, f64)>>,
    /// The capacity all sites share, or zero.
    pub uniform: f64,
    /// Whether all capacities and demands are whole numbers.
    pub whole: bool,
    /// Whether every client must be served by one site.
    pub single: bool,
}

impl Ground {
    /// Lays out a problem; `None` when it has no capacities.
    pub fn new(problem: &Problem) -> Option<Self> {
        let (costs, capacities) = (problem.costs(), problem.capacity()?);
        let (m, n) = (costs.sites(), costs.clients());
        let (capacity, demand) = (capacities.of_site.clone(), capacities.demand.clone());
        let mut unit = vec![0.0; m * n];
        for (j, &d) in demand.iter().enumerate() {
            for (i, &c) in costs.row(j).iter().enumerate() {
                unit[i * n + j] = if d > 0.0 { c as f64 / d } else { c as f64 };
            }
        }
        let list = |j: usize| costs.nearest(j, m).into_iter().map(|(i, c)| (i, c as f64)).collect();
        Some(Self {
            sites: m,
            clients: n,
            fixed: problem.fixed().iter().map(|&f| f as f64).collect(),
            total: demand.iter().sum(),
            unit,
            lists: (0..n).map(list).collect(),
            uniform: if capacity.iter().all(|&c| c == capacity[0]) { capacity[0] } else { 0.0 },
            whole: capacity.iter().chain(&demand).all(|c| c.fract() == 0.0),
            single: capacities.single_source,
            capacity,
            demand,
        })
    }

    /// Fixed cost of a set.
    pub fn fixed_of(&self, open: &[u32]) -> f64 {
        open.iter().map(|&i| self.fixed[i as usize]).sum()
    }

    /// Whether a set has room for all demand.
    pub fn has_room(&self, open: &[u32]) -> bool {
        let room: f64 = open.iter().map(|&i| self.capacity[i as usize]).sum();
        !open.is_empty() && room >= self.total * (1.0 - 1e-12)
    }
}
