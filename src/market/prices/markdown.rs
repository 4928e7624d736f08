//! Markdown of aged stock: the Gallego–van Ryzin dynamic programme.

/// Cars to be sold until a day; one unit of money and of time throughout.
#[derive(Clone, Copy, Debug)]
pub struct Markdown {
    /// Buyers in a unit of time at price zero.
    pub rate: f64,
    /// Weight of a unit of money.
    pub sensitivity: f64,
    /// Cars.
    pub cars: usize,
    /// Time.
    pub time: f64,
    /// What a car that stands costs in a unit of time.
    pub holding: f64,
    /// What a car that is left over brings.
    pub salvage: f64,
}

/// Value and prices.
#[derive(Clone, Debug)]
pub struct Path {
    /// Expected contribution with 0, 1, … cars and all the time, by Runge–Kutta.
    pub value: Vec<f64>,
    /// The same by the linear system.
    pub certified: Vec<f64>,
    /// Steps of time.
    pub steps: usize,
}

impl Path {
    /// Best price with so many cars and all the time left.
    pub fn price(&self, plan: &Markdown, cars: usize) -> f64 {
        1.0 / plan.sensitivity + self.value[cars] - self.value[cars - 1]
    }
    /// Largest difference of the two ways.
    pub fn difference(&self) -> f64 {
        self.value.iter().zip(&self.certified).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    }
    /// Whether they agree to `1e-6`.
    pub fn holds(&self) -> bool {
        let size = self.value.iter().fold(1.0, |s: f64, v| s.max(v.abs()));
        self.difference() <= 1e-6 * size
    }
}

/// `J_n' = (a/(b e)) e^{−b ΔJ_n} − h n`.
fn slopes(plan: &Markdown, j: &[f64]) -> Vec<f64> {
    let most = plan.rate / plan.sensitivity / std::f64::consts::E;
    let slope = |n: usize| most * libm::exp(-plan.sensitivity * (j[n] - j[n - 1])) - plan.holding * n as f64;
    (0..j.len()).map(|n| if n == 0 { 0.0 } else { slope(n) }).collect()
}

fn runge_kutta(plan: &Markdown, steps: usize) -> Vec<f64> {
    let h = plan.time / steps as f64;
    let mut j: Vec<f64> = (0..=plan.cars).map(|n| plan.salvage * n as f64).collect();
    let ahead = |j: &[f64], k: &[f64], by: f64| j.iter().zip(k).map(|(x, d)| x + by * d).collect::<Vec<f64>>();
    for _ in 0..steps {
        let a = slopes(plan, &j);
        let b = slopes(plan, &ahead(&j, &a, h / 2.0));
        let c = slopes(plan, &ahead(&j, &b, h / 2.0));
        let d = slopes(plan, &ahead(&j, &c, h));
        for n in 1..j.len() {
            j[n] += h / 6.0 * (a[n] + 2.0 * b[n] + 2.0 * c[n] + d[n]);
        }
    }
    j
}

/// `Y_n = e^{b J_n}` by the series of `e^{M t}` (uniformised, so that every term is positive), in logarithms car by car.
fn series(plan: &Markdown) -> Vec<f64> {
    let (inflow, leave) = (plan.rate / std::f64::consts::E, plan.sensitivity * plan.holding);
    let fastest = leave * plan.cars as f64;
    let pieces = ((inflow + fastest) * plan.time / 20.0).ceil().max(1.0);
    let t = plan.time / pieces;
    // Y_n is carried as y_n times e^{level}, level common to all.
    let mut level = plan.sensitivity * plan.salvage * plan.cars as f64;
    let mut y: Vec<f64> =
        (0..=plan.cars).map(|n| libm::exp(plan.sensitivity * plan.salvage * n as f64 - level)).collect();
    for _ in 0..pieces as usize {
        let (mut term, mut sum) = (y.clone(), y.clone());
        for k in 1..400 {
            let flow = |n: usize| {
                let from = if n == 0 { 0.0 } else { inflow * term[n - 1] };
                (from + (fastest - leave * n as f64) * term[n]) * t / f64::from(k)
            };
            term = (0..term.len()).map(flow).collect();
            sum.iter_mut().zip(&term).for_each(|(s, t)| *s += t);
            if term.iter().zip(&sum).all(|(t, s)| *t <= 1e-18 * s) {
                break;
            }
        }
        let top = sum.iter().copied().fold(0.0, f64::max);
        y = sum.iter().map(|s| s / top).collect();
        level += libm::log(top) - fastest * t;
    }
    y.iter().map(|y| (libm::log(*y) + level) / plan.sensitivity).collect()
}

/// Solves the programme; steps double until the value stands still.
pub fn solve(plan: &Markdown) -> Path {
    let mut steps = 256;
    let mut value = runge_kutta(plan, steps);
    while steps < 1 << 17 {
        steps *= 2;
        let finer = runge_kutta(plan, steps);
        let moved = value.iter().zip(&finer).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        let still = moved <= 1e-11 * finer.iter().fold(1.0, |s: f64, v| s.max(v.abs()));
        value = finer;
        if still {
            break;
        }
    }
    Path { certified: series(plan), value, steps }
}
