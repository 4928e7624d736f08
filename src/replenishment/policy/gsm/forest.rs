//! Dynamic programming over the promises of a forest (Graves & Willems 2000), within bounds and with linear prices.
//!
//! The forest is hung up at one stage of each tree. A stage whose parent is its customer hands up `f(t)`, the least cost of
//! its branch when it promises at most `t`; one whose parent is its supplier hands up the least cost when it is promised at
//! least `t`. A stage costs `h k √(SI + T - S) + a S + b SI`.

use super::Chain;

/// Bounds on whole promises.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// Least and largest promise of each stage.
    pub outgoing: Vec<(u16, u16)>,
    /// Least and largest promise to each stage.
    pub incoming: Vec<(u16, u16)>,
}

/// The best promises of the forest.
#[derive(Clone, Debug)]
pub struct Choice {
    pub value: f64,
    pub outgoing: Vec<u16>,
    pub incoming: Vec<u16>,
}

/// What one stage hands to its parent.
#[derive(Clone, Default)]
struct Branch {
    table: Vec<f64>,
    choice: Vec<(u16, u16)>,
}

/// The forest, ready to be priced many times.
pub struct Forest<'a> {
    chain: &'a Chain,
    order: Vec<usize>,
    /// Parent and whether the stage is its supplier.
    parent: Vec<Option<(usize, bool)>>,
    children: Vec<Vec<(usize, bool)>>,
    /// `h k √x` for `x = 0, 1, …`.
    roots: Vec<Vec<f64>>,
    width: usize,
    branches: Vec<Branch>,
}

impl<'a> Forest<'a> {
    /// A forest over the given arcs of the chain (they must not close a circle).
    pub fn new(chain: &'a Chain, arcs: &[(usize, usize)]) -> Self {
        let n = chain.stages().len();
        let mut neighbours = vec![Vec::new(); n];
        for &(i, j) in arcs {
            neighbours[i].push((j, false));
            neighbours[j].push((i, true));
        }
        let (mut order, mut parent, mut seen) = (Vec::with_capacity(n), vec![None; n], vec![false; n]);
        let mut children = vec![Vec::new(); n];
        for root in 0..n {
            if std::mem::replace(&mut seen[root], true) {
                continue;
            }
            let mut k = order.len();
            order.push(root);
            while k < order.len() {
                let i: usize = order[k];
                for &(j, supplies) in &neighbours[i] {
                    if !std::mem::replace(&mut seen[j], true) {
                        parent[j] = Some((i, supplies));
                        children[i].push((j, supplies));
                        order.push(j);
                    }
                }
                k += 1;
            }
        }
        let longest = chain.longest();
        let width = longest.iter().fold(0.0, |m: f64, &x| m.max(x)) as usize + 1;
        let roots = chain
            .stages()
            .iter()
            .zip(&longest)
            .map(|(s, &m)| (0..=m as usize).map(|x| s.holding * s.spread * (x as f64).sqrt()).collect())
            .collect();
        let branches = vec![Branch { table: vec![0.0; width], choice: vec![(0, 0); width] }; n];
        Self { chain, order, parent, children, roots, width, branches }
    }

    /// The widest bounds.
    pub fn bounds(&self) -> Bounds {
        let stages = self.chain.stages();
        let longest = self.chain.longest();
        Bounds {
            outgoing: stages.iter().zip(&longest).map(|(s, &m)| (0, m.min(s.max_service) as u16)).collect(),
            incoming: stages.iter().zip(&longest).map(|(s, &m)| (s.inbound as u16, (m - s.lead) as u16)).collect(),
        }
    }

    /// Least cost with prices `a` on promises and `b` on promises received; `None` when the bounds exclude every choice.
    pub fn solve(&mut self, bounds: &Bounds, a: &[f64], b: &[f64]) -> Option<Choice> {
        let n = self.order.len();
        let (mut from_suppliers, mut from_customers) = (vec![0.0; self.width], vec![0.0; self.width]);
        let mut value = 0.0;
        for k in (0..n).rev() {
            let i = self.order[k];
            for t in 0..self.width {
                from_suppliers[t] = b[i] * t as f64;
                from_customers[t] = a[i] * t as f64;
            }
            for &(child, supplies) in &self.children[i] {
                let sum = if supplies { &mut from_suppliers } else { &mut from_customers };
                sum.iter_mut().zip(&self.branches[child].table).for_each(|(x, y)| *x += y);
            }
            self.combine(i, bounds, &from_suppliers, &from_customers);
            if self.parent[i].is_none() {
                value += self.branches[i].table[0];
            }
        }
        if value == f64::INFINITY {
            return None;
        }
        Some(self.unfold(value))
    }

    fn combine(&mut self, i: usize, bounds: &Bounds, from_suppliers: &[f64], from_customers: &[f64]) {
        let lead = self.chain.stages()[i].lead as usize;
        let ((s_low, s_high), (in_low, in_high)) = (bounds.outgoing[i], bounds.incoming[i]);
        let Branch { table, choice } = &mut self.branches[i];
        table.fill(f64::INFINITY);
        let roots = &self.roots[i];
        for si in usize::from(in_low)..=usize::from(in_high) {
            let (low, high) = (usize::from(s_low), (si + lead).min(usize::from(s_high)));
            if low > high || from_suppliers[si] == f64::INFINITY {
                continue;
            }
            // s runs upwards, the net time si + lead - s downwards.
            let net = roots[si + lead - high..=si + lead - low].iter().rev();
            let options = (low..=high).zip(net.zip(&from_customers[low..=high]));
            match self.parent[i] {
                Some((_, true)) => {
                    for (s, (r, c)) in options {
                        let cost = from_suppliers[si] + r + c;
                        if cost < table[s] {
                            table[s] = cost;
                            choice[s] = (si as u16, s as u16);
                        }
                    }
                }
                place => {
                    let (mut least, mut at) = (f64::INFINITY, low);
                    for (s, (r, c)) in options {
                        if r + c < least {
                            (least, at) = (r + c, s);
                        }
                    }
                    let key = if place.is_some() { si } else { 0 };
                    if least + from_suppliers[si] < table[key] {
                        table[key] = least + from_suppliers[si];
                        choice[key] = (si as u16, at as u16);
                    }
                }
            }
        }
        // The parent only bounds the promise: at most t from a supplier, at least t to a customer.
        let keep = |k: usize, from: usize, table: &mut [f64], choice: &mut [(u16, u16)]| {
            if table[from] < table[k] {
                (table[k], choice[k]) = (table[from], choice[from]);
            }
        };
        match self.parent[i] {
            Some((_, true)) => (1..self.width).for_each(|k| keep(k, k - 1, table, choice)),
            Some((_, false)) => (0..self.width - 1).rev().for_each(|k| keep(k, k + 1, table, choice)),
            None => {}
        }
    }

    fn unfold(&self, value: f64) -> Choice {
        let n = self.order.len();
        let (mut outgoing, mut incoming) = (vec![0; n], vec![0; n]);
        for &i in &self.order {
            let key = match self.parent[i] {
                None => 0,
                Some((p, true)) => incoming[p],
                Some((p, false)) => outgoing[p],
            };
            (incoming[i], outgoing[i]) = self.branches[i].choice[usize::from(key)];
        }
        Choice { value, outgoing, incoming }
    }
}
