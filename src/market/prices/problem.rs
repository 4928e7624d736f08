//! What is priced, for whom, and within which limits.

/// A region's buyers.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Cars they buy in the period, from anyone.
    pub buyers: f64,
    /// Weight of everything that is not offered here.
    pub outside: f64,
}

/// A model offered in a region; money in thousands.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The region.
    pub region: usize,
    /// The model's name.
    pub model: String,
    /// Its segment.
    pub segment: String,
    /// Utility before the price.
    pub quality: f64,
    /// Weight of a thousand.
    pub alpha: f64,
    /// What a car costs.
    pub cost: f64,
    /// Least price.
    pub floor: Option<f64>,
    /// Greatest price.
    pub cap: Option<f64>,
    /// Cars there are.
    pub stock: Option<f64>,
}

/// Cars that several offers share.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Cars.
    pub cars: f64,
    /// Offers that draw on it.
    pub offers: Vec<usize>,
}

/// Everything to be priced.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Regions.
    pub regions: Vec<Region>,
    /// Offers.
    pub offers: Vec<Offer>,
    /// Shared stock.
    pub pools: Vec<Pool>,
}

/// Why there is nothing to price.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A floor above the cap.
    #[error("{0} in {1}: the floor lies above the cap, or above what the delegated bounds allow")]
    Bounds(String, String),
    /// Utilities out of proportion.
    #[error("{0} in {1}: quality and price weight are out of proportion (beyond ±200 in utility): check the units")]
    Scale(String, String),
}

impl Problem {
    /// Everything that is wrong.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (i, offer) in self.offers.iter().enumerate() {
            let who = || (offer.model.clone(), self.regions[offer.region].name.clone());
            if let (Some(low), Some(high)) = (offer.floor, offer.cap)
                && low > high
            {
                faults.push(Fault::Bounds(who().0, who().1));
            }
            let value = self.value(i);
            let at = |p: f64| value - offer.alpha * p;
            let wild = |u: f64| u.is_nan() || u.abs() > 200.0;
            if wild(at(offer.cost))
                || offer.cap.is_some_and(|p| wild(at(p)))
                || offer.floor.is_some_and(|p| wild(at(p)))
            {
                faults.push(Fault::Scale(who().0, who().1));
            }
        }
        faults
    }

    /// `v_i`: quality less the logarithm of the outside weight.
    pub(super) fn value(&self, offer: usize) -> f64 {
        let o = &self.offers[offer];
        o.quality - libm::log(self.regions[o.region].outside)
    }

    /// Groups of regions that pools couple, each with its offers and pools, in order of region.
    pub(super) fn groups(&self) -> Vec<Group> {
        let mut head: Vec<usize> = (0..self.regions.len()).collect();
        fn root(head: &[usize], mut r: usize) -> usize {
            while head[r] != r {
                r = head[r];
            }
            r
        }
        for pool in &self.pools {
            for pair in pool.offers.windows(2) {
                let (a, b) = (root(&head, self.offers[pair[0]].region), root(&head, self.offers[pair[1]].region));
                head[a.max(b)] = a.min(b);
            }
        }
        let mut groups: std::collections::BTreeMap<usize, Group> = std::collections::BTreeMap::new();
        for (i, offer) in self.offers.iter().enumerate() {
            groups.entry(root(&head, offer.region)).or_default().offers.push(i);
        }
        for (k, pool) in self.pools.iter().enumerate().filter(|p| !p.1.offers.is_empty()) {
            groups.entry(root(&head, self.offers[pool.offers[0]].region)).or_default().pools.push(k);
        }
        groups.into_values().collect()
    }
}

/// Offers and pools that are solved together.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub offers: Vec<usize>,
    pub pools: Vec<usize>,
}
