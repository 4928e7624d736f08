//! What the page of a study shows: plain values, taken from `study.json` and `points.csv`.

/// The comparison of a study's points.
#[derive(Clone, Debug, Default)]
pub struct StudyFacts {
    /// The study's name.
    pub study: String,
    /// Name of the base scenario, and in Chinese.
    pub base: (String, String),
    /// Whether its data are made up.
    pub synthetic: bool,
    /// ISO code of its currency.
    pub currency: String,
    /// Points, those with a plan, those without.
    pub points: [usize; 3],
    /// Replications of every point, or at most.
    pub replications: u32,
    /// Half-width asked for, as a share of the network's cost.
    pub precision: Option<f64>,
    /// Key of all random numbers.
    pub seed: u64,
    /// Hash of the study's file.
    pub hash: String,
    /// The axes, the one that moves most first.
    pub axes: Vec<AxisFacts>,
    /// Names of the axes in the study's order.
    pub names: Vec<String>,
    /// The best points.
    pub ranking: Vec<RankedFacts>,
    /// Lower bound on the probability that no other ranked point is better than the first.
    pub sure: f64,
    /// Points of the picture: those that nothing beats, and others.
    pub cloud: Vec<CloudFacts>,
    /// Decisions by their worst regret.
    pub regrets: Vec<RegretFacts>,
    /// Names of the decision's axes and of the world's.
    pub sides: [Vec<String>; 2],
}

/// An axis and what it moves.
#[derive(Clone, Debug, Default)]
pub struct AxisFacts {
    /// Its name.
    pub name: String,
    /// Whether it is the planner's choice.
    pub decision: bool,
    /// Whether its values are numbers.
    pub numeric: bool,
    /// Largest less smallest mean profit, money a year.
    pub width: f64,
    /// Mean profit of all points at each value, money a year.
    pub values: Vec<(String, f64)>,
}

/// A ranked point.
#[derive(Clone, Debug, Default)]
pub struct RankedFacts {
    /// Its number, from 1.
    pub point: usize,
    /// Where it stands on each axis.
    pub values: Vec<String>,
    /// Mean yearly profit.
    pub profit: f64,
    /// Its profit less the first's, run by run: mean, low and high end of the 95 % interval.
    pub behind: [f64; 3],
}

/// A point of the picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct CloudFacts {
    /// Its number, from 1.
    pub point: usize,
    /// Mean yearly profit.
    pub profit: f64,
    /// Share of demand served.
    pub fill: f64,
    /// One-off money of its plan.
    pub capital: f64,
    /// Whether no other point beats it on all three.
    pub front: bool,
}

/// A decision in its worst world.
#[derive(Clone, Debug, Default)]
pub struct RegretFacts {
    /// Values of the decision's axes.
    pub decision: Vec<String>,
    /// What it earns less there than the best decision, money a year.
    pub regret: f64,
    /// That world; empty where it is the best everywhere.
    pub world: Vec<String>,
    /// Its mean profit over the worlds.
    pub mean: f64,
}
