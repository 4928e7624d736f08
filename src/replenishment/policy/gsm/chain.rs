use super::super::PolicyError;
use super::super::error::not_negative;
use std::collections::BTreeMap;

/// A supplier of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Supplier {
    /// Its name.
    pub name: String,
    /// Units of it in one unit of the stage.
    pub quantity: f64,
}

/// A stage as the planner describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Name, unique in the chain.
    pub name: String,
    /// Processing time of the stage itself.
    pub lead: f64,
    /// Longest promise its outside customers accept; `None` when there is no such limit.
    pub max_service: Option<f64>,
    /// What outside suppliers promise this stage (0 when they deliver at once).
    pub inbound: f64,
    /// Cost added to a unit at this stage.
    pub added_cost: f64,
    /// Standard deviation of outside demand per unit of time (0 without outside demand).
    pub demand_sd: f64,
    /// Safety factor `z` of outside demand.
    pub z: f64,
    /// Exponent `p` with which demand bounds of several customers are pooled: `(Σ b^p)^{1/p}`; 2 is the square root law.
    pub pooling: f64,
    /// Suppliers inside the chain.
    pub suppliers: Vec<Supplier>,
}

impl Part {
    /// A stage without demand and suppliers.
    pub fn new(name: &str, lead: f64, added_cost: f64) -> Self {
        Self {
            name: name.into(),
            lead,
            max_service: None,
            inbound: 0.0,
            added_cost,
            demand_sd: 0.0,
            z: 0.0,
            pooling: 2.0,
            suppliers: Vec::new(),
        }
    }
}

/// A stage with everything the model needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name.
    pub name: String,
    /// Processing time.
    pub lead: f64,
    /// Longest promise allowed.
    pub max_service: f64,
    /// What outside suppliers promise.
    pub inbound: f64,
    /// Holding cost of a unit: the cost added here and before (annual rate 1).
    pub holding: f64,
    /// `k`: safety stock per square root of net time.
    pub spread: f64,
}

/// A checked chain. Stages keep the order given; arcs run from supplier to customer.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain {
    stages: Vec<Stage>,
    arcs: Vec<(usize, usize)>,
    suppliers: Vec<Vec<usize>>,
    customers: Vec<Vec<usize>>,
    order: Vec<usize>,
}

impl Chain {
    /// Checks the parts and cumulates costs and demand along the arcs; `local` says that the costs given are already
    /// the cumulated holding costs of the stages.
    pub fn new(parts: &[Part], local: bool) -> Result<Self, PolicyError> {
        let shape = |text: String| Err(PolicyError::Shape(text));
        if parts.is_empty() {
            return shape("the chain has no stages: give at least one".into());
        }
        let mut at = BTreeMap::new();
        for (i, part) in parts.iter().enumerate() {
            if at.insert(part.name.as_str(), i).is_some() {
                return shape(format!("stage `{}` appears twice: give every stage a name of its own", part.name));
            }
            not_negative("lead time", part.lead)?;
            not_negative("inbound service time", part.inbound)?;
            not_negative("maximum service time", part.max_service.unwrap_or(0.0))?;
            not_negative("cost", part.added_cost)?;
            not_negative("standard deviation of demand", part.demand_sd)?;
            not_negative("z", part.z)?;
            if !(part.pooling.is_finite() && part.pooling >= 1.0) {
                return shape(format!("stage `{}`: the pooling exponent must be 1 or more (2 is usual)", part.name));
            }
        }
        let n = parts.len();
        let (mut suppliers, mut customers, mut arcs) = (vec![Vec::new(); n], vec![Vec::new(); n], Vec::new());
        let mut quantity = vec![Vec::new(); n];
        for (j, part) in parts.iter().enumerate() {
            for s in &part.suppliers {
                let Some(&i) = at.get(s.name.as_str()) else {
                    return shape(format!(
                        "stage `{}` names the supplier `{}`, which is not a stage: correct the name or add the stage",
                        part.name, s.name
                    ));
                };
                if !(s.quantity.is_finite() && s.quantity > 0.0) || suppliers[j].contains(&i) {
                    return shape(format!("stage `{}`: supplier `{}` needs one quantity above 0", part.name, s.name));
                }
                suppliers[j].push(i);
                customers[i].push(j);
                quantity[j].push(s.quantity);
                arcs.push((i, j));
            }
        }
        let order = order(&suppliers, &customers).map_err(|i| {
            PolicyError::Shape(format!(
                "stage `{}` supplies itself along a circle: remove one of its arcs",
                parts[i].name
            ))
        })?;
        let mut holding: Vec<f64> = parts.iter().map(|p| p.added_cost).collect();
        if !local {
            for &j in &order {
                for (k, &i) in suppliers[j].iter().enumerate() {
                    holding[j] += quantity[j][k] * holding[i];
                }
            }
        }
        let spread = spreads(parts, &order, &suppliers, &quantity);
        let stages = parts
            .iter()
            .enumerate()
            .map(|(i, p)| Stage {
                name: p.name.clone(),
                lead: p.lead,
                max_service: p.max_service.unwrap_or(if customers[i].is_empty() { 0.0 } else { f64::INFINITY }),
                inbound: p.inbound,
                holding: holding[i],
                spread: spread[i],
            })
            .collect();
        Ok(Self { stages, arcs, suppliers, customers, order })
    }

    /// Stages in the order given.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }
    /// Arcs (supplier, customer) by position.
    pub fn arcs(&self) -> &[(usize, usize)] {
        &self.arcs
    }
    /// Suppliers of a stage.
    pub fn suppliers(&self, stage: usize) -> &[usize] {
        &self.suppliers[stage]
    }
    /// Customers of a stage.
    pub fn customers(&self, stage: usize) -> &[usize] {
        &self.customers[stage]
    }
    /// Positions, suppliers before customers.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// What each stage is promised when its suppliers promise `outgoing`.
    pub fn incoming(&self, outgoing: &[f64]) -> Vec<f64> {
        (0..self.stages.len())
            .map(|j| self.suppliers[j].iter().fold(self.stages[j].inbound, |m, &i| m.max(outgoing[i])))
            .collect()
    }

    /// Holding cost of given promises; infinite when a promise is shorter than 0, longer than allowed or than the net time.
    pub fn cost(&self, outgoing: &[f64]) -> f64 {
        let incoming = self.incoming(outgoing);
        let mut sum = 0.0;
        for (i, s) in self.stages.iter().enumerate() {
            let net = incoming[i] + s.lead - outgoing[i];
            if net < -1e-9 || outgoing[i] < -1e-9 || outgoing[i] > s.max_service + 1e-9 {
                return f64::INFINITY;
            }
            sum += s.holding * s.spread * net.max(0.0).sqrt();
        }
        sum
    }

    /// Longest time a stage's customers can be made to wait when nobody holds stock: the longest path to it, its own lead
    /// included, each promise cut at its limit.
    pub fn longest(&self) -> Vec<f64> {
        let mut promise = vec![0.0_f64; self.stages.len()];
        let mut longest = promise.clone();
        for &j in &self.order {
            let incoming = self.suppliers[j].iter().fold(self.stages[j].inbound, |m, &i| m.max(promise[i]));
            longest[j] = incoming + self.stages[j].lead;
            promise[j] = longest[j].min(self.stages[j].max_service);
        }
        longest
    }

    /// Whether the arcs, without their directions, contain no circle.
    pub fn is_forest(&self) -> bool {
        let mut root: Vec<usize> = (0..self.stages.len()).collect();
        fn find(root: &mut [usize], mut x: usize) -> usize {
            while root[x] != x {
                root[x] = root[root[x]];
                x = root[x];
            }
            x
        }
        self.arcs.iter().all(|&(i, j)| {
            let (a, b) = (find(&mut root, i), find(&mut root, j));
            root[a] = b;
            a != b
        })
    }

    /// Whether all times are whole and small enough to be enumerated.
    pub fn has_whole_times(&self) -> bool {
        let whole = |t: f64| t == t.round();
        self.stages
            .iter()
            .all(|s| whole(s.lead) && whole(s.inbound) && (s.max_service.is_infinite() || whole(s.max_service)))
            && self.longest().iter().all(|&m| m <= 5_000.0)
    }
}

/// Suppliers before customers; the error names a stage on a circle.
fn order(suppliers: &[Vec<usize>], customers: &[Vec<usize>]) -> Result<Vec<usize>, usize> {
    let mut missing: Vec<usize> = suppliers.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..suppliers.len()).filter(|&i| missing[i] == 0).collect();
    let mut done = 0;
    while done < order.len() {
        for &j in &customers[order[done]] {
            missing[j] -= 1;
            if missing[j] == 0 {
                order.push(j);
            }
        }
        done += 1;
    }
    if order.len() == suppliers.len() { Ok(order) } else { Err(missing.iter().position(|&m| m > 0).unwrap_or(0)) }
}

/// `k_i = (Σ_d (θ_id z_d σ_d)^p)^{1/p}` over the stages `d` with outside demand; `θ_id`: units of `i` in one unit of `d`,
/// over all paths.
fn spreads(parts: &[Part], order: &[usize], suppliers: &[Vec<usize>], quantity: &[Vec<f64>]) -> Vec<f64> {
    let mut sum = vec![0.0; parts.len()];
    for d in (0..parts.len()).filter(|&d| parts[d].demand_sd > 0.0) {
        let mut units = vec![0.0; parts.len()];
        units[d] = 1.0;
        for &j in order.iter().rev() {
            let u: f64 = units[j];
            for (k, &i) in suppliers[j].iter().enumerate() {
                units[i] += u * quantity[j][k];
            }
        }
        for i in 0..parts.len() {
            sum[i] += (units[i] * parts[d].z * parts[d].demand_sd).powf(parts[i].pooling);
        }
    }
    sum.iter().zip(parts).map(|(s, p)| s.powf(1.0 / p.pooling)).collect()
}
