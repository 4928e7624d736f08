use super::certificate;
use super::eta::{Eta, Experience, Report, Trip, arrival};
use super::fleet::{fleet, seen, trip};
use super::swap::{Car, Redirection, Redirections, calm, costs, joined, of, parts, swaps};
use crate::stats::interval::of_floats;
use crate::stats::stream::Stream;

/// What forecasts of trips that were not learnt from are worth.
struct Calibration {
    /// By tenth of the lateness probability: how many, forecast and true share.
    tenths: Vec<(usize, f64, f64)>,
    /// Share of cars that came within the first tenth of their law, the first two tenths, …
    came: Vec<f64>,
}

/// Seeds are those of a first look: none of them was seen when the law was made.
fn calibration(learnt: u32, tried: u32) -> Calibration {
    let known: Vec<Trip> = fleet(learnt, 101).into_iter().map(|t| t.0).collect();
    let experience = Experience::new(&known);
    let mut bins = vec![(0, 0.0, 0.0); 10];
    let (mut dice, mut all, mut came) = (Stream::from_hash(103), 0, vec![0; 9]);
    for (whole, promised) in fleet(tried, 102) {
        let Some(part) = seen(&whole, &mut dice) else { continue };
        let (now, end) = (part.last().unwrap().hour, arrival(&whole).unwrap());
        let eta = experience.eta(&part, now, 0.0);
        all += 1;
        let share = 1.0 - eta.late(end);
        (0..9).for_each(|k| came[k] += usize::from(share <= (k + 1) as f64 / 10.0));
        if promised <= now {
            continue;
        }
        let late = eta.late(promised);
        let bin = &mut bins[((late * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += late;
        bin.2 += f64::from(u8::from(end > promised));
    }
    let mean = |b: &(usize, f64, f64)| (b.0, b.1 / b.0.max(1) as f64, b.2 / b.0.max(1) as f64);
    Calibration {
        tenths: bins.iter().map(mean).collect(),
        came: came.iter().map(|c| *c as f64 / f64::from(all)).collect(),
    }
}

impl Calibration {
    /// Mean absolute error over the tenths, weighed by their trips.
    fn error(&self) -> f64 {
        let count: usize = self.tenths.iter().map(|b| b.0).sum();
        self.tenths.iter().map(|b| b.0 as f64 * (b.1 - b.2).abs()).sum::<f64>() / count as f64
    }
}

#[test]
fn lateness_is_as_likely_as_it_is_said_to_be() {
    let found = calibration(1_000, 30_000);
    assert!(found.tenths.iter().all(|b| b.0 > 30), "promises of every kind: {:?}", found.tenths);
    assert!(found.error() < 0.02, "{:?}", found.tenths);
    for (k, came) in found.came.iter().enumerate() {
        assert!((came - (k + 1) as f64 / 10.0).abs() < 0.03, "{:?}", found.came);
    }
}

#[test]
#[ignore = "six hundred thousand trips"]
fn lateness_is_right_within_three_points_in_every_tenth() {
    let found = calibration(10_000, 600_000);
    found.tenths.iter().for_each(|b| println!("{:>6} forecast {:.3} true {:.3}", b.0, b.1, b.2));
    println!("mean error {:.4}; came within tenths {:.3?}", found.error(), found.came);
    assert!(found.tenths.iter().all(|b| (b.1 - b.2).abs() <= 0.03));
}

#[test]
fn arrivals_by_hand() {
    // Forty trips of 100 km, all seen at their start only: the k-th takes k + 1 hours.
    let known: Vec<Trip> =
        (0..40).map(|k| vec![Report { hour: 0.0, km: 100.0 }, Report { hour: f64::from(k) + 1.0, km: 0.0 }]).collect();
    let experience = Experience::raw(known.iter());
    assert_eq!(experience.trips(), 40);
    let eta = experience.eta(&[Report { hour: 0.0, km: 100.0 }], 0.0, 0.0);
    let near = |eta: &Eta, hour: f64| (eta.quantile(0.5).unwrap() - hour).abs() < 1e-9;
    assert!(near(&eta, 20.0));
    assert!((eta.late(30.0 + 1e-9) - 10.5 / 41.0).abs() < 1e-12);
    assert!((eta.hours_late(38.0).unwrap() - 3.0 / 40.0).abs() < 1e-9);
    // Not there after 30 hours: ten are left. Twice the way: twice the time.
    let later = experience.eta(&[Report { hour: 0.0, km: 100.0 }], 30.0 + 1e-9, 0.0);
    assert!(near(&later, 35.0));
    let twice = experience.eta(&[Report { hour: 0.0, km: 100.0 }], 0.0, 100.0).quantile(0.5).unwrap();
    assert!((30.0..50.0).contains(&twice), "{twice}");
    let lost = experience.eta(&[Report { hour: 0.0, km: 100.0 }], 50.0, 0.0);
    assert!(lost.lost() && lost.late(45.0) == 1.0 && lost.hours_late(45.0).is_none());
    assert!(lost.late(60.0) == 0.5 && lost.hours_late(60.0).is_none(), "nothing is known of a promise to come");
}

/// A law that is told to be too sure is widened: cars came twice as often outside its middle half as it says.
#[test]
fn what_was_foretold_badly_is_believed_less() {
    let known: Vec<Trip> =
        (0..40).map(|k| vec![Report { hour: 0.0, km: 100.0 }, Report { hour: f64::from(k) + 1.0, km: 0.0 }]).collect();
    let mut experience = Experience::raw(known.iter());
    experience.believe([[0.05; 150].as_slice(), &[0.5; 100], &[0.95; 150]].concat());
    let eta = experience.eta(&[Report { hour: 0.0, km: 100.0 }], 0.0, 0.0);
    // The tenths at the ends hold what the levels hold: three cars in eight each.
    assert!((eta.late(36.0) - 0.375).abs() < 0.02, "{}", eta.late(36.0));
    assert!((eta.late(4.0 + 1e-9) - 0.625).abs() < 0.02, "{}", eta.late(4.0));
    assert!(eta.quantile(0.25).unwrap() <= 4.0 && eta.quantile(0.75).unwrap() >= 36.0);
}

#[test]
fn the_certificate_refuses_what_is_not_least() {
    let costs = [1.0, 2.0, 5.0, 1.0];
    assert_eq!(certificate::cost(&costs, &[0, 1], &[1.0, 1.0], &[0.0, 0.0]), Ok(2.0));
    assert!(certificate::cost(&costs, &[1, 0], &[1.0, 1.0], &[0.0, 0.0]).is_err());
    assert!(certificate::cost(&costs, &[0, 0], &[1.0, 1.0], &[0.0, 0.0]).is_err());
    assert!(certificate::cost(&costs, &[1, 0], &[2.0, 5.0], &[0.0, 0.0]).is_err());
}

/// Trips of 100 km that took 1 to 40 hours.
fn forty() -> Experience {
    let trip = |k: u32| vec![Report { hour: 0.0, km: 100.0 }, Report { hour: f64::from(k) + 1.0, km: 0.0 }];
    let known: Vec<Trip> = (0..40).map(trip).collect();
    Experience::raw(known.iter())
}

/// A car as tests write it: hour and kilometres of its report, dealer, promise.
type Plain = (f64, f64, usize, Option<f64>);

/// Does something with such cars at an hour.
fn with_cars<T>(list: &[Plain], experience: &Experience, now: f64, f: impl FnOnce(&[Car]) -> T) -> T {
    let trips: Vec<Trip> = list.iter().map(|c| vec![Report { hour: c.0, km: c.1 }]).collect();
    let etas: Vec<Eta> = trips.iter().map(|t| experience.eta(t, now, 0.0)).collect();
    let car = |(k, c): (usize, &Plain)| Car { trip: &trips[k], dealer: c.2, promised: c.3, eta: &etas[k] };
    let cars: Vec<Car> = list.iter().enumerate().map(car).collect();
    f(&cars)
}

#[test]
fn a_lost_car_keeps_its_slot() {
    let experience = forty();
    // The first has been silent for longer than any took. Its promise lies ahead, later than the other car's.
    let list = [(0.0, 100.0, 0, Some(70.0)), (45.0, 100.0, 0, Some(60.0))];
    let plan = with_cars(&list, &experience, 50.0, |cars| {
        assert!(cars[0].eta.lost() && !cars[1].eta.lost());
        swaps(cars, &experience, &Redirections::new(), 500.0, 50.0).unwrap()
    });
    assert_eq!(plan.slot, [0, 1]);
    assert!(plan.before > 0.0 && plan.after == plan.before, "{plan:?}");
}

#[test]
fn cars_without_a_promise_are_not_moved_about() {
    let experience = forty();
    // Three cars for stock between two whose promises change places with a gain.
    let list = [
        (0.0, 100.0, 0, None),
        (0.0, 300.0, 0, Some(20.0)),
        (0.0, 100.0, 0, None),
        (0.0, 20.0, 0, Some(200.0)),
        (0.0, 100.0, 0, None),
    ];
    for turn in 0..list.len() {
        let mut list = list;
        list.rotate_left(turn);
        let plan = with_cars(&list, &experience, 0.0, |cars| {
            swaps(cars, &experience, &Redirections::new(), 500.0, 0.0).unwrap()
        });
        assert!(plan.after < plan.before);
        for (k, &s) in plan.slot.iter().enumerate() {
            assert_eq!(k != s, list[k].3.is_some(), "{turn}: {:?}", plan.slot);
        }
    }
}

#[test]
fn a_cycle_without_gain_is_undone_beside_one_with_gain() {
    // Cars 0 to 2 cost nothing anywhere; 3 and 4 save 5 each by changing places.
    let mut costs = vec![0.0; 25];
    for k in 3..5 {
        (0..3).for_each(|s| costs[5 * k + s] = 9.0);
        costs[5 * k + k] = 5.0;
    }
    let mut slot = [1, 2, 0, 4, 3];
    calm(&costs, &mut slot, 1e-9);
    assert_eq!(slot, [0, 1, 2, 4, 3]);
    // 0 and 1 gain by changing places; 2 has been drawn in for nothing.
    let costs = [5.0, 0.0, 9.0, 0.0, 5.0, 0.0, 0.0, 9.0, 0.0];
    let mut slot = [1, 2, 0];
    calm(&costs, &mut slot, 1e-9);
    assert_eq!(slot, [1, 0, 2]);
}

#[test]
fn parts_together_are_the_answer_of_the_whole() {
    let experience = forty();
    let now = 50.0;
    let mut split = 0;
    for seed in 0..60_u64 {
        let mut dice = Stream::from_hash(seed);
        let dealers = 5;
        let mut redirections = Redirections::new();
        for a in 0..dealers {
            for b in (0..dealers).filter(|b| *b != a) {
                if dice.unit() < 0.2 {
                    redirections.insert((a, b), Redirection { km: 60.0 * dice.unit(), cost: 200.0 * dice.unit() });
                }
            }
        }
        let mut list: Vec<Plain> = Vec::new();
        for _ in 0..12 {
            let promised = (dice.below(4) > 0).then(|| now + 60.0 * dice.unit());
            list.push((30.0 + 20.0 * dice.unit(), 20.0 + 300.0 * dice.unit(), dice.below(5) as usize, promised));
        }
        with_cars(&list, &experience, now, |cars| {
            let found = swaps(cars, &experience, &redirections, 500.0, now).unwrap();
            let all: Vec<usize> = (0..cars.len()).filter(|k| !cars[*k].eta.lost()).collect();
            let table = |part: &[usize]| costs(&of(cars, part), &experience, &redirections, 500.0, now);
            let whole = joined(cars.len(), &[all], table).unwrap();
            assert!((found.before - whole.before).abs() < 1e-6, "{seed}");
            assert!((found.after - whole.after).abs() < 1e-6, "{seed}: {} {}", found.after, whole.after);
            split += usize::from(parts(cars, &redirections).len() > 1 && found.after < found.before);
        });
    }
    assert!(split > 30, "{split}");
    with_cars(&[(40.0, 90.0, 7, None), (40.0, 80.0, 3, None), (40.0, 70.0, 7, None)], &experience, now, |cars| {
        let mut alone = parts(cars, &Redirections::new());
        alone.sort();
        assert_eq!(alone, [vec![0, 2], vec![1]]);
    });
}

/// A week's cars of one model for three dealers, seen on their way, and when each would be there.
struct Week {
    cars: Vec<(Trip, Trip, usize, Option<f64>)>,
    now: f64,
}

fn week(dice: &mut Stream) -> Week {
    let now = 58.0;
    let mut cars = Vec::new();
    while cars.len() < 18 {
        let km = 300.0 + 1_700.0 * dice.unit();
        let start = 7.0 + 40.0 * dice.unit();
        let whole = trip(start, km, dice);
        let part: Trip = whole.iter().copied().take_while(|r| r.hour <= now).collect();
        let promised = start + 24.0 * km / 650.0 * (0.8 + 0.8 * dice.unit());
        // One car in three is for stock.
        let promised = (dice.below(3) > 0).then_some(promised);
        let dealer = dice.below(3) as usize;
        if arrival(&whole).unwrap() > now {
            cars.push((whole, part, dealer, promised));
        }
    }
    Week { cars, now }
}

/// Money of the same weeks without and with the suggested swaps: their true late days, and the redirections.
fn saving(weeks: u64) -> Vec<(f64, f64)> {
    let known: Vec<Trip> = fleet(1_000, 201).into_iter().map(|t| t.0).collect();
    let experience = Experience::new(&known);
    let way = Redirection { km: 40.0, cost: 300.0 };
    let redirections: Redirections =
        (0..3).flat_map(|a| (0..3).filter(move |b| *b != a).map(move |b| ((a, b), way))).collect();
    let a_day = 500.0;
    (0..weeks)
        .map(|w| {
            let week = week(&mut Stream::from_hash(50_000 + w));
            let etas: Vec<Eta> = week.cars.iter().map(|c| experience.eta(&c.1, week.now, 0.0)).collect();
            let cars: Vec<Car> = week
                .cars
                .iter()
                .zip(&etas)
                .map(|((_, trip, dealer, promised), eta)| Car { trip, dealer: *dealer, promised: *promised, eta })
                .collect();
            let plan = swaps(&cars, &experience, &redirections, a_day, week.now).unwrap();
            assert!(plan.after <= plan.before);
            let money = |slot: &[usize]| -> f64 {
                slot.iter()
                    .enumerate()
                    .map(|(k, &s)| {
                        let (whole, part, dealer, _) = &week.cars[k];
                        let away = *dealer != week.cars[s].2;
                        let left = part.last().unwrap().km;
                        let (last, end) = (part.last().unwrap().hour, arrival(whole).unwrap());
                        // The way round takes its share of what the rest of the trip really took.
                        let there = if away { last + (end - last) * (left + way.km) / left } else { end };
                        let late = week.cars[s].3.map_or(0.0, |p| (there - p).max(0.0));
                        a_day * late / 24.0 + if away { way.cost } else { 0.0 }
                    })
                    .sum()
            };
            let as_is: Vec<usize> = (0..cars.len()).collect();
            (money(&as_is), money(&plan.slot))
        })
        .collect()
}

#[test]
fn swapping_cars_saves_money_on_the_same_weeks() {
    let pairs = saving(40);
    let saved = of_floats(&pairs.iter().map(|p| p.0 - p.1).collect::<Vec<_>>(), 0.95);
    assert!(saved.low() > 0.0, "{saved:?}");
}

#[test]
#[ignore = "a thousand weeks"]
fn what_swapping_saves_in_a_thousand_weeks() {
    let pairs = saving(1_000);
    let saved = of_floats(&pairs.iter().map(|p| p.0 - p.1).collect::<Vec<_>>(), 0.95);
    let before = pairs.iter().map(|p| p.0).sum::<f64>() / pairs.len() as f64;
    println!("{before:.0} a week before; saved {:.0} [{:.0}, {:.0}]", saved.mean, saved.low(), saved.high());
    assert!(saved.low() > 0.0);
}
