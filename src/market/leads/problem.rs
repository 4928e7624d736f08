//! Leads, dealers, and what each pair is worth.

/// A dealer as a lead sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Dealer {
    /// Leads it can take.
    pub capacity: u32,
    /// Fair part, at most the capacity.
    pub fair: u32,
}

/// Leads that are alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// How many.
    pub count: u32,
    /// Dealers that may take one, and the worth of that in hundredths of money, above 0; by dealer.
    pub worth: Vec<(u32, i64)>,
}

/// The whole table.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Dealers.
    pub dealers: Vec<Dealer>,
    /// Leads.
    pub groups: Vec<Group>,
    /// Worth of a lead within a fair part, hundredths.
    pub fair_worth: i64,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Of every group: dealers and how many leads each takes.
    pub taken: Vec<Vec<(u32, u32)>>,
    /// Worth of that, fair parts included, hundredths.
    pub objective: i64,
    /// No assignment is worth more.
    pub bound: i64,
    /// Price of every dealer's capacity, hundredths a lead.
    pub price: Vec<i64>,
    /// Rounds in which pairs joined the network.
    pub rounds: u32,
}

/// Which of several parts is the furthest from filled, by its weight and what it has been given (Sainte-Laguë); the first of equal
/// ones, none of weight 0.
pub(super) fn furthest<K>(parts: impl Iterator<Item = (K, f64, f64)>) -> Option<K> {
    let claims = parts.map(|(key, weight, given)| (weight / (2.0 * given + 1.0), key)).filter(|c| c.0 > 0.0);
    claims.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|c| c.1)
}

impl Plan {
    /// The dealer of every lead, from the group of each. Leads of a group are dealt out in the order they come, each to the dealer whose
    /// part is the furthest from filled, nobody being one of them: no dealer gets its part in one go.
    pub fn spread(&self, groups: &[Group], group: &[usize], order: &[usize]) -> Vec<Option<u32>> {
        let mut left: Vec<Vec<(Option<u32>, u32, u32)>> = self
            .taken
            .iter()
            .zip(groups)
            .map(|(list, g)| {
                let nobody = g.count - list.iter().map(|t| t.1).sum::<u32>();
                let parts = list.iter().map(|&(d, n)| (Some(d), n, 0)).chain([(None, nobody, 0)]);
                parts.filter(|p| p.1 > 0).collect()
            })
            .collect();
        let mut dealer = vec![None; group.len()];
        for &l in order {
            let parts = &mut left[group[l]];
            let open = (0..parts.len()).filter(|&k| parts[k].2 < parts[k].1);
            let best = furthest(open.map(|k| (k, f64::from(parts[k].1), f64::from(parts[k].2))));
            if let Some(k) = best {
                parts[k].2 += 1;
                dealer[l] = parts[k].0;
            }
        }
        dealer
    }
}

impl Problem {
    /// What is wrong with the numbers, if anything.
    pub fn fault(&self) -> Option<String> {
        const MOST: i64 = 1 << 40;
        if self.fair_worth < 0 || self.fair_worth > MOST {
            return Some("the worth of a fair part must be between 0 and 10 billion".into());
        }
        if let Some(d) = self.dealers.iter().position(|d| d.fair > d.capacity) {
            return Some(format!("dealer {d}: the fair part is above the capacity"));
        }
        for (l, g) in self.groups.iter().enumerate() {
            let rising = g.worth.windows(2).all(|w| w[0].0 < w[1].0);
            let known = g.worth.iter().all(|w| (w.0 as usize) < self.dealers.len() && w.1 > 0 && w.1 <= MOST);
            if !rising || !known {
                return Some(format!("group {l}: dealers must rise and worths lie between 0 and 10 billion"));
            }
        }
        None
    }
}
