//! Ways to carry on one series, one a file.

mod comb;
mod croston;
mod damped;
mod ets;
mod mean;
mod naive;
mod sba;
mod season;
mod seasonal_ets;
mod seasonal_naive;
mod ses;
mod stl;
mod theta;
mod tsb;

/// A way to carry on one series.
pub trait Method: Sync {
    /// Its name, by which it is asked for.
    fn name(&self) -> &'static str;

    /// The next `horizon` values of a series that is not empty, with `season` steps a season; `None` where the method cannot
    /// serve it.
    fn carry_on(&self, y: &[f64], season: usize, horizon: usize) -> Option<Vec<f64>>;
}

impl std::fmt::Debug for dyn Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// All of them.
pub const ALL: [&dyn Method; 13] = [
    &naive::Naive,
    &seasonal_naive::SeasonalNaive,
    &mean::Mean,
    &ses::Ses,
    &damped::Damped,
    &theta::Theta,
    &comb::Comb,
    &ets::Ets,
    &seasonal_ets::SeasonalEts,
    &stl::Stl,
    &croston::Croston,
    &sba::Sba,
    &tsb::Tsb,
];

/// The method of a name.
pub fn named(name: &str) -> Option<&'static dyn Method> {
    ALL.into_iter().find(|m| m.name() == name)
}

/// What serves where another method does not.
pub const LAST_RESORT: &dyn Method = &naive::Naive;

/// What serves a series that is alone.
pub const ALONE: &dyn Method = &comb::Comb;
