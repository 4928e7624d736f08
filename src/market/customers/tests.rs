use super::bg_nbd::BgNbd;
use super::gamma_gamma::GammaGamma;
use super::offers::{self, Offer};
use super::pareto_nbd::ParetoNbd;
use super::value::{Outlook, Terms, outlooks};
use super::{Buying, Customer};
use crate::stats::stream::{self, unit};
use libm::lgamma;

fn customer(repeats: u32, recency: f64, age: f64) -> Customer {
    Customer { repeats, recency, age, amount: None }
}

/// `∫ f` over `(0, ∞)` by the double exponential rule.
fn integral(f: impl Fn(f64) -> f64) -> f64 {
    let half = std::f64::consts::FRAC_PI_2;
    let h = 1.0 / 64.0;
    (-400..=400)
        .map(|k| {
            let t = f64::from(k) * h;
            let x = (half * t.sinh()).exp();
            let y = f(x) * x * half * t.cosh();
            if y.is_finite() { h * y } else { 0.0 }
        })
        .sum()
}

fn gamma_density(x: f64, shape: f64, rate: f64) -> f64 {
    (shape * rate.ln() - lgamma(shape) + (shape - 1.0) * x.ln() - rate * x).exp()
}

/// The likelihood of one customer by integrating over what customers are, and the probability of being active.
#[test]
fn bg_nbd_is_the_mixture_it_says() {
    let model = BgNbd { r: 0.8, alpha: 5.0, a: 0.9, b: 2.4 };
    for c in [customer(0, 0.0, 20.0), customer(1, 3.0, 30.0), customer(4, 22.0, 30.0), customer(7, 29.0, 30.0)] {
        let x = f64::from(c.repeats);
        let beta = |p: f64| {
            let ln = lgamma(model.a + model.b) - lgamma(model.a) - lgamma(model.b);
            (ln + (model.a - 1.0) * p.ln() + (model.b - 1.0) * (1.0 - p).ln()).exp()
        };
        // p = y/(1+y) takes (0, 1) to (0, ∞).
        let both = |active_only: bool| {
            integral(|y| {
                let p = y / (1.0 + y);
                let of_rate = integral(|rate| {
                    let stays = (x * (1.0 - p).ln() + x * rate.ln() - rate * c.age).exp();
                    let left = if c.repeats > 0 && !active_only {
                        (p.ln() + (x - 1.0) * (1.0 - p).ln() + x * rate.ln() - rate * c.recency).exp()
                    } else {
                        0.0
                    };
                    (stays + left) * gamma_density(rate, model.r, model.alpha)
                });
                of_rate * beta(p) / (1.0 + y).powi(2)
            })
        };
        let (all, active) = (both(false), both(true));
        assert!((model.log_likelihood(&c) - all.ln()).abs() < 1e-7, "{c:?}: {} {}", model.log_likelihood(&c), all.ln());
        assert!((model.active(&c) - active / all).abs() < 1e-7, "{c:?}");
    }
}

#[test]
fn pareto_nbd_is_the_mixture_it_says() {
    for model in
        [ParetoNbd { r: 0.6, alpha: 10.0, s: 0.7, beta: 12.0 }, ParetoNbd { r: 1.3, alpha: 9.0, s: 0.5, beta: 3.0 }]
    {
        for c in [customer(0, 0.0, 20.0), customer(1, 3.0, 30.0), customer(6, 22.0, 30.0)] {
            let x = f64::from(c.repeats);
            let both = |active_only: bool| {
                integral(|mu| {
                    let of_rate = integral(|rate| {
                        let both = rate + mu;
                        let stays = (-both * c.age).exp();
                        let left = if active_only { 0.0 } else { mu / both * ((-both * c.recency).exp() - stays) };
                        (x * rate.ln()).exp() * (stays + left) * gamma_density(rate, model.r, model.alpha)
                    });
                    of_rate * gamma_density(mu, model.s, model.beta)
                })
            };
            let (all, active) = (both(false), both(true));
            assert!(
                (model.log_likelihood(&c) - all.ln()).abs() < 1e-7,
                "{c:?}: {}",
                model.log_likelihood(&c) - all.ln()
            );
            assert!((model.active(&c) - active / all).abs() < 1e-7, "{c:?}");
        }
    }
}

/// Staying by integrating over what active customers are: a customer who buys at rate λ and leaves after a purchase with
/// probability p leaves at rate λp, one of Pareto/NBD at rate μ.
#[test]
fn staying_is_the_mixture_it_says() {
    let bg = BgNbd { r: 0.8, alpha: 5.0, a: 0.9, b: 2.4 };
    let pareto = ParetoNbd { r: 0.6, alpha: 10.0, s: 0.7, beta: 12.0 };
    for c in [customer(0, 0.0, 20.0), customer(1, 3.0, 30.0), customer(7, 29.0, 30.0)] {
        let x = f64::from(c.repeats);
        for t in [0.5, 13.0, 80.0] {
            let weighed = |of_rates: &dyn Fn(f64, f64) -> f64| {
                integral(|y| {
                    let p = y / (1.0 + y);
                    let of_rate = integral(|rate| {
                        let active = (x * (1.0 - p).ln() + x * rate.ln() - rate * c.age).exp();
                        active * of_rates(rate, p) * gamma_density(rate, bg.r, bg.alpha)
                    });
                    of_rate * (p.ln() * (bg.a - 1.0) + (1.0 - p).ln() * (bg.b - 1.0)).exp() / (1.0 + y).powi(2)
                })
            };
            let right = weighed(&|rate, p| (-rate * p * t).exp()) / weighed(&|_, _| 1.0);
            assert!((bg.stays(&c, t).unwrap() - right).abs() < 1e-7, "{c:?} {t}: {:?} {right}", bg.stays(&c, t));
            let of_leaving = |time: f64| integral(|mu| (-mu * time).exp() * gamma_density(mu, pareto.s, pareto.beta));
            let right = of_leaving(c.age + t) / of_leaving(c.age);
            assert!((pareto.stays(&c, t).unwrap() - right).abs() < 1e-7, "{c:?} {t}");
        }
        assert!((bg.stays(&c, 0.0).unwrap() - 1.0).abs() < 1e-12 && pareto.stays(&c, 0.0) == Some(1.0));
    }
}

/// Small steps of the expectation add up: purchases of (T, T+2t] are those of (T, T+t] and of the half that follows, and
/// over a short time they are the purchase rate of the active.
#[test]
fn purchases_start_with_the_rate_of_the_active() {
    let bg = BgNbd { r: 0.8, alpha: 5.0, a: 0.9, b: 2.4 };
    let pareto = ParetoNbd { r: 0.6, alpha: 10.0, s: 0.7, beta: 12.0 };
    for c in [customer(0, 0.0, 20.0), customer(3, 12.0, 30.0), customer(7, 29.0, 30.0)] {
        let x = f64::from(c.repeats);
        for (model, rate) in
            [(&bg as &dyn Buying, (bg.r + x) / (bg.alpha + c.age)), (&pareto, (pareto.r + x) / (pareto.alpha + c.age))]
        {
            let short = model.purchases(&c, 1e-3).unwrap() / 1e-3;
            assert!((short / (rate * model.active(&c)) - 1.0).abs() < 1e-3, "{short} {}", rate * model.active(&c));
            let path: Vec<f64> = (0..60).map(|k| model.purchases(&c, f64::from(k)).unwrap()).collect();
            assert!(path.windows(2).all(|w| w[1] > w[0]), "more time, more purchases");
            assert!(path.windows(3).all(|w| w[2] - w[1] < w[1] - w[0] + 1e-12), "customers only leave");
        }
    }
    assert_eq!(bg.active(&customer(0, 0.0, 20.0)), 1.0);
}

/// A gamma draw by Marsaglia and Tsang, from a stream of uniform numbers.
fn gamma(shape: f64, next: &mut impl FnMut() -> f64) -> f64 {
    if shape < 1.0 {
        return gamma(shape + 1.0, next) * next().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let z = crate::stats::normal::quantile(next());
        let v = (1.0 + z / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && next().ln() < 0.5 * z * z + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

fn uniforms(seed: u64) -> impl FnMut() -> f64 {
    let mut k = 0;
    move || {
        k += 1;
        unit(stream::mix(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ k)).max(1e-15)
    }
}

/// Customers who buy and leave as BG/NBD says, with amounts as gamma-gamma says.
fn drawn(seed: u64, count: usize, m: &BgNbd, g: &GammaGamma) -> Vec<Customer> {
    let mut next = uniforms(seed);
    (0..count)
        .map(|_| {
            let rate = gamma(m.r, &mut next) / m.alpha;
            let (a, b) = (gamma(m.a, &mut next), gamma(m.b, &mut next));
            let leaves = a / (a + b);
            let age = 26.0 + 26.0 * next();
            let (mut at, mut repeats, mut recency) = (0.0, 0, 0.0);
            loop {
                at -= next().ln() / rate;
                if at > age {
                    break;
                }
                (repeats, recency) = (repeats + 1, at);
                if next() < leaves {
                    break;
                }
            }
            let nu = gamma(g.q, &mut next) / g.v;
            let spent: f64 = (0..repeats).map(|_| gamma(g.p, &mut next) / nu).sum();
            let amount = (repeats > 0).then(|| spent / f64::from(repeats));
            Customer { repeats, recency, age, amount }
        })
        .collect()
}

/// What was planted is found, within four standard errors, and the standard errors are those of such a sample.
#[test]
fn planted_parameters_are_found() {
    let (m, g) = (BgNbd { r: 0.5, alpha: 6.0, a: 0.8, b: 2.5 }, GammaGamma { p: 6.25, q: 3.74, v: 15.44 });
    let customers = drawn(3, 20_000, &m, &g);
    let (_, found) = BgNbd::fit(&customers).unwrap();
    for ((name, value, error), right) in found.parameters.iter().zip([m.r, m.alpha, m.a, m.b]) {
        assert!((value - right).abs() < 4.0 * error && *error < 0.25 * right, "{name}: {value} ± {error} for {right}");
    }
    let (_, found) = GammaGamma::fit(&customers).unwrap();
    for ((name, value, error), right) in found.parameters.iter().zip([g.p, g.q, g.v]) {
        assert!((value - right).abs() < 4.0 * error && *error < 0.25 * right, "{name}: {value} ± {error} for {right}");
    }
}

/// The published figures (Fader, Hardie and Lee 2005; Fader and Hardie's notes) on the CDNOW sample, where it is there.
#[test]
fn cdnow_to_the_digits() {
    let data = std::env::var("FORECOURT_DATA").unwrap_or_else(|_| "../shared/data".into());
    let Ok(text) = std::fs::read_to_string(format!("{data}/market/cdnow_customers_summary.csv")) else {
        println!("not there: {data}/market/cdnow_customers_summary.csv");
        return;
    };
    let row = |line: &str| {
        let f: Vec<f64> = line.split(',').skip(1).map(|x| x.parse().unwrap()).collect();
        customer(f[0] as u32, f[1], f[2])
    };
    let customers: Vec<Customer> = text.lines().skip(1).map(row).collect();
    let near = |found: &[f64], right: &[f64], within: f64| {
        found.iter().zip(right).for_each(|(f, r)| assert!((f - r).abs() <= within, "{f} for {r}"));
    };
    let (model, fit) = BgNbd::fit(&customers).unwrap();
    near(&fit.values(), &[0.242_593, 4.413_531, 0.792_886, 2.425_753], 2e-5);
    near(&[fit.log_likelihood], &[-9582.425_56], 1e-4);
    // The customer of the published example buys 1.226 times in the next 39 weeks.
    near(&[model.purchases(&customer(2, 30.43, 38.86), 39.0).unwrap()], &[1.226], 5e-4);
    let (_, fit) = ParetoNbd::fit(&customers).unwrap();
    near(&fit.values(), &[0.553_28, 10.577_61, 0.606_21, 11.667_91], 2e-3);
}

fn outlook(active: f64, value_if_active: f64, tier: char) -> Outlook {
    Outlook {
        active,
        leaves: 0.0,
        purchases: 1.0,
        amount: 1.0,
        value: active * value_if_active,
        value_if_active,
        tier,
        warn: false,
    }
}

/// Two hundred small markets against every choice there is: never above the bound, never below it by more than one offer.
#[test]
fn offers_meet_their_bound() {
    for seed in 0..200 {
        let mut next = uniforms(seed + 77);
        let customers: Vec<Outlook> =
            (0..6).map(|_| outlook(next(), 1000.0 * next(), if next() < 0.5 { 'A' } else { 'B' })).collect();
        let offer = |k: usize, next: &mut dyn FnMut() -> f64| Offer {
            name: k.to_string(),
            cost: 20.0 + 80.0 * next(),
            keeps: next(),
            tiers: ["", "A", "AB"][k].into(),
        };
        let offers: Vec<Offer> = (0..3).map(|k| offer(k, &mut next)).collect();
        let budget = 300.0 * next();
        let plan = offers::assign(&offers, &customers, budget);
        let (gain, cost) = offers::certificate(&offers, &customers, &plan.choice).unwrap();
        assert!((gain - plan.gain).abs() < 1e-9 && (cost - plan.cost).abs() < 1e-9 && cost <= budget);
        let mut best = 0.0_f64;
        for code in 0..4_usize.pow(6) {
            let choice: Vec<Option<usize>> =
                (0..6).map(|c| (code / 4_usize.pow(c)) % 4).map(|k| k.checked_sub(1)).collect();
            if let Some((g, c)) = offers::certificate(&offers, &customers, &choice) {
                if c <= budget {
                    best = best.max(g);
                }
            }
        }
        let largest = customers.iter().map(|o| o.value_if_active).fold(0.0, f64::max);
        assert!(plan.bound >= best - 1e-9, "{seed}: the best {best}, the bound {}", plan.bound);
        assert!(plan.gain <= best + 1e-9 && plan.gain >= best - largest, "{seed}: {} of {best}", plan.gain);
    }
}

#[test]
fn tiers_split_the_value_and_the_order_of_rows_changes_nothing() {
    let (m, g) = (BgNbd { r: 0.5, alpha: 6.0, a: 0.8, b: 2.5 }, GammaGamma { p: 6.25, q: 3.74, v: 15.44 });
    let customers = drawn(5, 3_000, &m, &g);
    let terms = Terms { horizon: 52.0, periods: 12, discount: 0.002, margin: 0.2, warn_below: 0.5 };
    let found = outlooks(&customers, &m, Some(&g), &terms).unwrap();
    let of = |tier: char| found.iter().filter(|o| o.tier == tier).map(|o| o.value).sum::<f64>();
    let all = of('A') + of('B') + of('C');
    assert!((of('A') / all - 0.5).abs() < 0.01 && (of('B') / all - 0.3).abs() < 0.01);
    assert!(found.iter().zip(&customers).all(|(o, c)| o.warn == (c.repeats > 0 && o.active < 0.5)));
    let mut turned = customers.clone();
    turned.reverse();
    let (_, one) = BgNbd::fit(&customers).unwrap();
    let (_, other) = BgNbd::fit(&turned).unwrap();
    assert_eq!(one.values(), other.values());
    // Without discount and margin, without amounts, value counts purchases.
    let plain = Terms { discount: 0.0, margin: 1.0, ..terms };
    let counted = outlooks(&customers, &m, None, &plain).unwrap();
    assert!(counted.iter().all(|o| (o.value - o.purchases).abs() < 1e-9));
}

#[test]
fn impossible_customers_are_named() {
    assert!(customer(0, 3.0, 9.0).fault().unwrap().contains("recency 0"));
    assert!(customer(2, 0.0, 9.0).fault().unwrap().contains("above 0"));
    assert!(customer(2, 10.0, 9.0).fault().unwrap().contains("after the end"));
    assert!(customer(2, f64::NAN, 9.0).fault().is_some());
    assert!(BgNbd::fit(&vec![customer(0, 0.0, 9.0); 50]).unwrap_err().to_string().contains("0 of 50"));
}

mod groups {
    use super::super::clusters::{ClusterError, Grouping, adjusted_rand, clusters, silhouette};
    use crate::stats::stream::{self, unit};

    /// Fisher's irises, in centimetres; the 35th and 38th as he printed them, not as the UCI archive has them.
    fn iris() -> Vec<Vec<f64>> {
        let mut rows: Vec<Vec<f64>> = linfa_datasets::iris().records.outer_iter().map(|r| r.to_vec()).collect();
        rows[34] = vec![4.9, 3.1, 1.5, 0.2];
        rows[37] = vec![4.9, 3.6, 1.4, 0.1];
        rows
    }

    /// In three groups: what scikit-learn finds.
    #[test]
    fn irises_fall_into_their_published_groups() {
        let rows = iris();
        let found = Grouping::new(&rows, 3, 10).unwrap();
        assert!((found.inertia - 78.851_441).abs() < 1e-6, "{}", found.inertia);
        let score = silhouette(&rows, &found.group);
        assert!((score - 0.552_819).abs() < 1e-6, "{score}");
    }

    /// The best of all groupings of eight points, by looking at each of them.
    #[test]
    fn small_groupings_are_the_best_there_are() {
        for seed in 0..30_u64 {
            let mut draw =
                stream::Key { seed, purpose: stream::Purpose::Sampling, replication: 0, entity: 0, day: 0 }.stream();
            let points: Vec<Vec<f64>> = (0..8).map(|_| vec![unit(draw.bits()), unit(draw.bits())]).collect();
            let cost = |mask: u32| -> f64 {
                [0, 1]
                    .iter()
                    .map(|side| {
                        let own: Vec<&Vec<f64>> =
                            (0..8).filter(|k| mask >> k & 1 == *side).map(|k| &points[k as usize]).collect();
                        let mean = [0, 1].map(|j| own.iter().map(|p| p[j]).sum::<f64>() / own.len() as f64);
                        own.iter().map(|p| (p[0] - mean[0]).powi(2) + (p[1] - mean[1]).powi(2)).sum::<f64>()
                    })
                    .sum()
            };
            let best = (1..255).map(cost).fold(f64::INFINITY, f64::min);
            let found = Grouping::new(&points, 2, 10).unwrap().inertia;
            assert!((found - best).abs() < 1e-9, "seed {seed}: {found} where {best} is possible");
        }
    }

    fn normal(draw: &mut stream::Stream) -> f64 {
        (0..12).map(|_| unit(draw.bits())).sum::<f64>() - 6.0
    }

    /// `count` crowds of 60 on a wide ring.
    fn crowds(count: usize, seed: u64) -> Vec<Vec<f64>> {
        let mut draw =
            stream::Key { seed, purpose: stream::Purpose::Sampling, replication: 1, entity: 0, day: 0 }.stream();
        (0..60 * count)
            .map(|k| {
                let angle = (k % count) as f64 / count as f64 * std::f64::consts::TAU;
                vec![10.0 * angle.cos() + normal(&mut draw), 10.0 * angle.sin() + normal(&mut draw)]
            })
            .collect()
    }

    /// From three on: two crowds lie on a line, and the column across it would be noise drawn to the size of the other.
    #[test]
    fn as_many_groups_as_were_planted() {
        for count in 3..=6 {
            for seed in 0..2 {
                let rows = crowds(count, seed);
                let (found, trials) = clusters(&rows, None, 7).unwrap();
                let found = found.unwrap();
                assert_eq!(found.centres.len(), count, "{trials:?}");
                let planted: Vec<(usize, usize)> = (0..rows.len()).map(|k| (k % count, found.group[k])).collect();
                assert!(adjusted_rand(&planted) > 0.98);
            }
        }
    }

    /// One crowd has no number of groups on which its parts agree.
    #[test]
    fn one_crowd_is_not_cut_up() {
        let mut grouped = 0;
        for seed in 0..12 {
            let mut draw =
                stream::Key { seed, purpose: stream::Purpose::Sampling, replication: 2, entity: 0, day: 0 }.stream();
            let rows: Vec<Vec<f64>> = (0..300).map(|_| (0..3).map(|_| normal(&mut draw)).collect()).collect();
            grouped += u32::from(clusters(&rows, None, 7).unwrap().0.is_some());
        }
        assert!(grouped <= 1, "{grouped} of 12 crowds were cut up");
    }

    #[test]
    fn the_order_of_the_customers_does_not_matter() {
        let rows = crowds(4, 3);
        let back: Vec<Vec<f64>> = rows.iter().rev().cloned().collect();
        let (one, tried) = clusters(&rows, None, 7).unwrap();
        let (two, again) = clusters(&back, None, 7).unwrap();
        let (one, mut two) = (one.unwrap(), two.unwrap());
        two.group.reverse();
        assert_eq!((one, tried), (two, again));
    }

    #[test]
    fn what_cannot_be_grouped_is_said() {
        let few = vec![vec![1.0]; 10];
        assert_eq!(clusters(&few, None, 1).unwrap_err(), ClusterError::Few(10));
        let alike = vec![vec![1.0, 2.0]; 60];
        assert_eq!(clusters(&alike, None, 1).unwrap_err(), ClusterError::Alike(1, 2));
        assert_eq!(clusters(&alike, Some(3), 1).unwrap_err(), ClusterError::Alike(1, 3));
        let mut wrong = crowds(2, 1);
        wrong[5][1] = f64::NAN;
        assert_eq!(clusters(&wrong, None, 1).unwrap_err(), ClusterError::Value(6));
    }

    /// Hubert and Arabie's index by counting pairs.
    #[test]
    fn agreement_is_counted_by_pairs() {
        let both = [(0, 0), (0, 0), (0, 1), (1, 1), (1, 1), (1, 0), (2, 2), (2, 2)];
        let pairs = || (0..8).flat_map(|i| (i + 1..8).map(move |j| (i, j)));
        let count = |of: &dyn Fn(usize, usize) -> bool| pairs().filter(|(i, j)| of(*i, *j)).count() as f64;
        let (a, b) = (|i: usize, j: usize| both[i].0 == both[j].0, |i: usize, j: usize| both[i].1 == both[j].1);
        let (together, left, right) = (count(&|i, j| a(i, j) && b(i, j)), count(&a), count(&b));
        let chance = left * right / 28.0;
        let by_hand = (together - chance) / (f64::midpoint(left, right) - chance);
        assert!((adjusted_rand(&both) - by_hand).abs() < 1e-12);
        assert_eq!(adjusted_rand(&[(0, 1), (0, 1), (1, 0)]), 1.0);
    }
}
