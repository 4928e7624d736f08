//! One segment of a market: its dealers, its buyers and what they weigh.

/// What a car costs its dealer, thousands of money.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// Invoice of the maker.
    pub invoice: f64,
    /// Rebate a car, whatever is sold.
    pub rebate: f64,
    /// What the bonus scheme is expected to pay for one more car.
    pub bonus: f64,
    /// Floor plan a day.
    pub floor_plan: f64,
    /// Days a car is expected to stand.
    pub days: f64,
    /// What the dealer would give to have the car sold today.
    pub pressure: f64,
}

impl Cost {
    /// What the dealer bears for one more car.
    pub fn borne(&self) -> f64 {
        self.invoice - self.rebate - self.bonus + self.floor_plan * self.days
    }
    /// What the dealer acts on.
    pub fn marginal(&self) -> f64 {
        self.borne() - self.pressure
    }
}

/// A dealer in a segment.
#[derive(Clone, Debug)]
pub struct Player {
    /// Its name.
    pub name: String,
    /// Its nest: dealers of one brand share it.
    pub nest: usize,
    /// What a car costs it.
    pub cost: Cost,
}

/// Buyers who see the same dealers at the same distances.
#[derive(Clone, Debug)]
pub struct Catchment {
    /// Cars they buy in the period, from anyone.
    pub buyers: f64,
    /// Weight of everything but the dealers: `exp` of its utility.
    pub outside: f64,
    /// Dealers within reach and their value before the price: quality less travel, in utility.
    pub reach: Vec<(usize, f64)>,
}

/// A segment of a market.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Weight of a thousand of money in utility.
    pub alpha: f64,
    /// Correlation inside a nest, 0 to below 1.
    pub rho: f64,
    /// Its dealers.
    pub players: Vec<Player>,
    /// Its buyers.
    pub zones: Vec<Catchment>,
}

/// Largest absolute utility, in units of `1 − ρ`, that is accepted.
const UTILITY: f64 = 150.0;

/// Why a segment has no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// The price weight.
    #[error("segment {0}: alpha must lie above 0 (a price that nobody minds has no limit)")]
    Alpha(String),
    /// The correlation.
    #[error("segment {0}: rho must lie from 0 to below 1")]
    Rho(String),
    /// A dealer that nobody can buy from.
    #[error("segment {0}: dealer {1} has no buyers within reach: leave it out or widen the reach")]
    Unreached(String, String),
    /// Buyers who have nobody else.
    #[error("segment {0}: zone {2} can buy from nobody but dealer {1}: give it an outside weight above 0")]
    Captive(String, String, usize),
    /// A number out of all proportion.
    #[error(
        "segment {0}: the value of dealer {1} less its cost is beyond ±150 (1 − rho) in utility: check alpha and the units"
    )]
    Scale(String, String),
}

impl Segment {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let name = || self.name.clone();
        let mut faults = Vec::new();
        if !(self.alpha > 0.0 && self.alpha.is_finite()) {
            faults.push(Fault::Alpha(name()));
        }
        if !(0.0..1.0).contains(&self.rho) {
            faults.push(Fault::Rho(name()));
        }
        let mut reached = vec![false; self.players.len()];
        let mut wild = vec![false; self.players.len()];
        for (z, zone) in self.zones.iter().enumerate().filter(|(_, z)| z.buyers > 0.0) {
            for &(j, value) in &zone.reach {
                reached[j] = true;
                let net = value - self.alpha * self.players[j].cost.marginal();
                wild[j] |= net.is_nan() || net.abs() > UTILITY * (1.0 - self.rho);
            }
            if let ([(j, _)], true) = (zone.reach.as_slice(), zone.outside <= 0.0) {
                faults.push(Fault::Captive(name(), self.players[*j].name.clone(), z + 1));
            }
        }
        for (j, player) in self.players.iter().enumerate() {
            if !reached[j] {
                faults.push(Fault::Unreached(name(), player.name.clone()));
            }
            if wild[j] {
                faults.push(Fault::Scale(name(), player.name.clone()));
            }
        }
        faults
    }

    /// How many nests there are.
    pub fn nests(&self) -> usize {
        self.players.iter().map(|p| p.nest + 1).max().unwrap_or(0)
    }
}
