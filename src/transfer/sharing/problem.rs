use crate::flow::FlowError;
use crate::lp::Failure;

/// Why there is no answer; every text ends with what to do.
#[derive(Debug, thiserror::Error)]
pub enum SharingError {
    /// Tables that do not fit together or numbers that are not allowed; all faults at once.
    #[error("{}", .0.join("\n"))]
    Shape(Vec<String>),
    /// A scenario could not be solved.
    #[error("a scenario has no answer: {0}")]
    Flow(#[from] FlowError),
    /// The master programme failed.
    #[error("the master programme failed: {0}; try other settings")]
    Master(#[from] Failure),
}

/// Sites with their costs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sharing {
    holding: Vec<f64>,
    penalty: Vec<f64>,
    lane: Vec<f64>,
}

impl Sharing {
    /// Checks the costs. `lane` holds `N × N` costs of a move, row by row, infinite where cars cannot go; the diagonal is
    /// ignored.
    pub fn new(holding: Vec<f64>, penalty: Vec<f64>, mut lane: Vec<f64>) -> Result<Self, SharingError> {
        let n = holding.len();
        let mut faults = Vec::new();
        if n == 0 {
            faults.push("there are no sites: give at least one".into());
        }
        if penalty.len() != n || lane.len() != n * n {
            faults.push(format!(
                "{n} holding costs, {} penalties and {} lane costs do not fit: give {n} and {}",
                penalty.len(),
                lane.len(),
                n * n
            ));
        }
        let mut positive = |name: &str, list: &[f64]| {
            for (i, v) in list.iter().enumerate().filter(|(_, v)| !(v.is_finite() && **v >= 0.0)) {
                faults.push(format!("the {name} of site {i} is {v}: give 0 or more"));
            }
        };
        positive("holding cost", &holding);
        positive("penalty", &penalty);
        for (k, c) in lane.iter_mut().enumerate() {
            if n > 0 && k % (n + 1) == 0 {
                *c = 0.0;
            }
            if c.is_nan() || *c < 0.0 {
                faults.push(format!("the move from site {} to site {} costs {c}: give 0 or more", k / n, k % n));
            }
        }
        if faults.is_empty() { Ok(Self { holding, penalty, lane }) } else { Err(SharingError::Shape(faults)) }
    }

    /// Identical sites; `linked(i, j)` says where cars may go.
    pub fn identical(
        sites: usize,
        holding: f64,
        penalty: f64,
        transfer: f64,
        linked: impl Fn(usize, usize) -> bool,
    ) -> Result<Self, SharingError> {
        let lane =
            (0..sites * sites).map(|k| if linked(k / sites, k % sites) { transfer } else { f64::INFINITY }).collect();
        Self::new(vec![holding; sites], vec![penalty; sites], lane)
    }

    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.holding.len()
    }
    /// Holding cost of each site.
    pub fn holding(&self) -> &[f64] {
        &self.holding
    }
    /// Penalty of each site.
    pub fn penalty(&self) -> &[f64] {
        &self.penalty
    }
    /// Cost of a move.
    pub fn lane(&self, from: usize, to: usize) -> f64 {
        self.lane[from * self.sites() + to]
    }
}

/// A source of demand: the same number always gives the same scenario.
pub trait Demands: Sync {
    /// Writes the demand of every site in scenario `number`.
    fn draw(&self, number: u64, demand: &mut [f64]);
}

impl<F: Fn(u64, &mut [f64]) + Sync> Demands for F {
    fn draw(&self, number: u64, demand: &mut [f64]) {
        self(number, demand);
    }
}

/// Scenarios with weights that sum to one.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenarios {
    sites: usize,
    demand: Vec<f64>,
    weight: Vec<f64>,
}

impl Scenarios {
    /// From demands row by row (a row a scenario) and weights.
    pub fn new(sites: usize, demand: Vec<f64>, weight: Vec<f64>) -> Result<Self, SharingError> {
        let mut faults = Vec::new();
        if sites == 0 || weight.is_empty() || demand.len() != sites * weight.len() {
            faults.push(format!(
                "{} demands do not fill {} scenarios of {sites} sites: give one demand a site and scenario",
                demand.len(),
                weight.len()
            ));
        }
        if let Some(k) = demand.iter().position(|d| !(d.is_finite() && *d >= 0.0 && *d < 1e12)) {
            faults.push(format!("demand {k} is {}: give a number of 0 or more", demand[k]));
        }
        let total: f64 = weight.iter().sum();
        if weight.iter().any(|w| !(w.is_finite() && *w >= 0.0)) || (total - 1.0).abs() > 1e-6 {
            faults.push(format!("the weights sum to {total}: give weights of 0 or more that sum to 1"));
        }
        if faults.is_empty() { Ok(Self { sites, demand, weight }) } else { Err(SharingError::Shape(faults)) }
    }

    /// A sample: scenarios `first … first + count - 1` of a source, equally likely.
    pub fn sample(sites: usize, source: &dyn Demands, first: u64, count: usize) -> Result<Self, SharingError> {
        let mut demand = vec![0.0; sites * count];
        for (k, row) in demand.chunks_mut(sites.max(1)).enumerate() {
            source.draw(first + k as u64, row);
        }
        Self::new(sites, demand, vec![1.0 / count as f64; count])
    }

    /// Number of scenarios.
    pub fn len(&self) -> usize {
        self.weight.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }
    /// Number of sites.
    pub fn sites(&self) -> usize {
        self.sites
    }
    /// Demand of each site in a scenario.
    pub fn demand(&self, scenario: usize) -> &[f64] {
        &self.demand[scenario * self.sites..(scenario + 1) * self.sites]
    }
    /// Weight of a scenario.
    pub fn weight(&self, scenario: usize) -> f64 {
        self.weight[scenario]
    }
}

/// Every combination of independent demands `(value, probability)` of each site, for full enumeration.
pub fn independent(laws: &[Vec<(f64, f64)>]) -> Result<Scenarios, SharingError> {
    const LIMIT: usize = 2_000_000;
    let count = laws.iter().fold(1_usize, |n, law| n.saturating_mul(law.len()));
    if count > LIMIT {
        return Err(SharingError::Shape(vec![format!("{count} combinations are too many: draw a sample instead")]));
    }
    let (mut demand, mut weight) = (Vec::with_capacity(count * laws.len()), Vec::with_capacity(count));
    for k in 0..count {
        let (mut rest, mut w) = (k, 1.0);
        for law in laws {
            let (value, probability) = law[rest % law.len()];
            rest /= law.len();
            demand.push(value);
            w *= probability;
        }
        weight.push(w);
    }
    Scenarios::new(laws.len(), demand, weight)
}
