use super::*;
use crate::simulation::cells::kernel::LANES;
use crate::stats::stream::{Key, Purpose};

fn problem(days: usize) -> CellProblem {
    let cell = |mean: f64, level, lead_days| Cell {
        demand: vec![Demand::poisson(mean), Demand::negative_binomial(2.0 * mean, 0.3)],
        level,
        lead_days,
    };
    let cells = vec![cell(0.3, 6, 14), cell(0.07, 2, 14), cell(4.0, 30, 5), cell(0.5, 1, 1), cell(40.0, 900, 20)];
    CellProblem::new((0..days).map(|t| u8::from(t % 9 == 0)).collect(), cells).unwrap()
}

/// The same cells one car, one day, one replication at a time, straight from the words of the contract.
fn plainly(p: &CellProblem, seed: u64, replication: u32, number: usize) -> CellTally {
    let cell = &p.cells()[number];
    let (block, lane) = (replication / LANES as u32, replication as usize % LANES);
    let key = |replication, entity, day| Key { seed, purpose: Purpose::Cell, replication, entity, day };
    let mut stream = key(block, (16 * number + lane / 4) as u64, 0).stream();
    let mut due: Vec<u32> = Vec::new();
    let mut ground = u32::from(cell.level);
    let mut tally = CellTally::default();
    for day in 0..p.days() {
        let high = (stream.bits() >> (16 * (lane % 4))) as u16;
        let low = (key(replication, number as u64, day + 1).hash() >> 48) as u16;
        let number = u32::from(high) << 16 | u32::from(low);
        let demand = &cell.demand[p.class_of_day()[day as usize] as usize];
        ground += due.iter().filter(|&&d| d == day).count() as u32;
        for _ in demand.thresholds().iter().filter(|&&t| t <= number) {
            tally.demand += 1;
            if ground > 0 {
                ground -= 1;
                tally.sales += 1;
                due.push(day + u32::from(cell.lead_days));
            }
        }
        tally.stock_days += u64::from(ground);
    }
    tally
}

#[test]
fn lanes_equal_the_plain_program_to_the_last_car() {
    let p = problem(400);
    let options = CellOptions { seed: 9, replications: 100, ..CellOptions::default() };
    let o = run_cells(&p, &options).unwrap();
    for r in 0..100 {
        let mut total = CellTally::default();
        for number in 0..p.cells().len() {
            let t = plainly(&p, 9, r, number);
            total.demand += t.demand;
            total.sales += t.sales;
            total.stock_days += t.stock_days;
        }
        assert_eq!(o.totals[r as usize], total, "replication {r}");
    }
    assert_eq!(o.cells[0].sales.count(), 100);
}

#[test]
fn threads_and_instruction_sets_change_nothing() {
    let p = problem(300);
    let with = |threads, instructions| {
        run_cells(
            &p,
            &CellOptions { replications: 130, threads: Some(threads), instructions, ..CellOptions::default() },
        )
    };
    let base = with(1, Instructions::Baseline).unwrap();
    for instructions in [Instructions::Baseline, Instructions::Avx2, Instructions::Avx512] {
        if !instructions.present() {
            println!("skipped: {instructions:?} is not on this machine");
        }
        for threads in [1, 2, 8] {
            assert_eq!(with(threads, instructions).unwrap(), base, "{instructions:?} {threads}");
        }
    }
}

#[test]
fn ties_are_refined_to_the_full_table() {
    // A threshold whose trailing half matters: P(0) = (1/2 + 1/2¹⁷), and one that no 16-bit number can exceed.
    let demand = Demand(vec![0x8000_8000, 0xffff_fff0]);
    let cells = vec![Cell { demand: vec![demand], level: 60_000, lead_days: 1 }];
    let p = CellProblem::new(vec![0; 20_000], cells).unwrap();
    let o = run_cells(&p, &CellOptions { replications: 64, ..CellOptions::default() }).unwrap();
    for r in [0, 5, 63] {
        assert_eq!(o.totals[r as usize], plainly(&p, 1, r, 0));
    }
}

#[test]
fn faults_are_told_at_once() {
    let cells = vec![
        Cell { demand: vec![Demand::poisson(0.1)], level: 1, lead_days: 0 },
        Cell { demand: vec![], level: 1, lead_days: 1 },
    ];
    assert_eq!(CellProblem::new(vec![0; 4], cells).unwrap_err().len(), 2);
    assert_eq!(CellProblem::new(vec![], vec![]).unwrap_err(), [CellFault::Days(0)]);
}

/// Erlang's loss formula on a fine grid: with a day so short that two customers rarely share it, the share lost under
/// base stock S is B(S, λL).
#[test]
fn lost_sales_approach_the_erlang_loss_formula() {
    let lead = 2500;
    let demand = vec![Demand::poisson(5.0 / f64::from(lead))];
    let cells = vec![Cell { demand, level: 8, lead_days: lead }];
    // Started full: the first ten lead times are warm-up, taken off by a second run over those days alone, which
    // draws the same numbers.
    let warm = CellProblem::new(vec![0; 25_000], cells.clone()).unwrap();
    let p = CellProblem::new(vec![0; 32_000], cells).unwrap();
    let options = CellOptions { replications: 12_800, ..CellOptions::default() };
    let (warm, o) = (run_cells(&warm, &options).unwrap(), run_cells(&p, &options).unwrap());
    let lost: Vec<f64> =
        o.totals.iter().zip(&warm.totals).map(|(t, w)| (t.demand - t.sales - (w.demand - w.sales)) as f64).collect();
    let i = crate::stats::interval::of_floats(&lost, 0.95);
    let exact = 0.070_047_852_2 * 5.0 * 7000.0 / 2500.0;
    // The grid serves a customer up to half a day before the car of the same day would come: λ/2 a day less lost.
    assert!((i.mean - exact).abs() < 3.0 * i.half / 1.96 + 0.002 * exact, "{i:?} {exact}");
}
