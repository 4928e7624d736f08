//! The only file that knows HiGHS, and one of the two places where `unsafe` is allowed.
//!
//! # Why `unsafe`
//! HiGHS is a C++ library with a C interface. Every call below passes either a handle that `Handle` owns (created by
//! `Highs_create`, destroyed once in `Drop`) or pointers into slices that outlive the call and whose lengths are the
//! ones HiGHS is told. The interrupt callback receives a pointer to an `AtomicBool` that `Handle` keeps alive. A run with a
//! time limit happens in a thread of its own; when it does not come back, its object is leaked and never touched again.
#![expect(unsafe_code, reason = "bindings to the HiGHS C interface")]

use super::{Col, Failure, Limits, Programme, Row, Solution, Status, Stop};
use highs_sys as ffi;
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The version of HiGHS that answers depend on; [`solver_version`] is compared with it before the first solve.
pub const REQUIRED_VERSION: (i32, i32) = (1, 16);

/// The version of the HiGHS library that is linked in, as `major.minor.patch`.
pub fn solver_version() -> String {
    // SAFETY: returns a pointer to a static, NUL-terminated string.
    unsafe { CStr::from_ptr(ffi::Highs_version()) }.to_string_lossy().into_owned()
}

fn assert_version() -> Result<(), Failure> {
    // SAFETY: plain functions without arguments.
    let found = unsafe { (ffi::Highs_versionMajor(), ffi::Highs_versionMinor()) };
    if found >= REQUIRED_VERSION {
        Ok(())
    } else {
        Err(Failure::Solver(format!(
            "HiGHS {} is linked, but {}.{} or newer is required (older ones return wrong answers)",
            solver_version(),
            REQUIRED_VERSION.0,
            REQUIRED_VERSION.1
        )))
    }
}

/// Solves a programme from scratch.
pub fn solve(programme: &Programme, limits: &Limits) -> Result<Solution, Failure> {
    let mut hot = Hot::new(programme, limits)?;
    hot.solve_programme(programme.is_mixed_integer())
}

/// A simplex basis: one status code per column and per row, as HiGHS counts them.
#[derive(Clone, Debug)]
pub struct Basis {
    columns: Vec<c_int>,
    rows: Vec<c_int>,
}

impl Basis {
    /// The basis of slacks: every row basic, every column at its lower bound.
    pub fn of_slacks(columns: usize, rows: usize) -> Self {
        Self { columns: vec![ffi::kHighsBasisStatusLower; columns], rows: vec![ffi::kHighsBasisStatusBasic; rows] }
    }

    /// Takes over the basis of a part whose columns and rows stand here at the given places.
    pub fn take(&mut self, part: &Self, columns: &[Col], rows: &[Row]) {
        for (col, &status) in columns.iter().zip(&part.columns) {
            self.columns[col.index()] = status;
        }
        for (row, &status) in rows.iter().zip(&part.rows) {
            self.rows[row.index()] = status;
        }
    }

    /// Puts a column into the basis in place of the slack of a `>=` row.
    pub fn exchange(&mut self, col: Col, row: Row) {
        self.columns[col.index()] = ffi::kHighsBasisStatusBasic;
        self.rows[row.index()] = ffi::kHighsBasisStatusLower;
    }
}

/// One linear programme kept alive in the solver; changes are followed by a dual-simplex run from the last basis.
pub struct Hot {
    handle: Handle,
    limits: Limits,
    /// Time spent in runs: the solver counts its time limit over all of them.
    spent: Duration,
    /// How long a run hangs before it begins, for the test of the deadline.
    #[cfg(test)]
    hang: Duration,
}

/// Time beyond the limit after which a run that has not come back is given up.
const GRACE: Duration = Duration::from_millis(500);

/// The address of a HiGHS object, on its way to the thread that runs it.
struct Address(*mut c_void);

// SAFETY: a HiGHS object has no thread affinity; whoever sends the address waits for the answer, or never uses it again.
unsafe impl Send for Address {}

/// A row to be added: lower bound, upper bound, terms.
pub type NewRow = (f64, f64, Vec<(Col, f64)>);

/// A column to be added: cost, lower bound, upper bound, entries.
pub type NewColumn = (f64, f64, f64, Vec<(Row, f64)>);

struct Handle {
    raw: *mut c_void,
    stop: Stop,
}

// SAFETY: a HiGHS object has no thread affinity; `Handle` is not `Sync`, so one thread uses it at a time.
unsafe impl Send for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: created by `Highs_create`, destroyed once.
        unsafe { ffi::Highs_destroy(self.raw) }
    }
}

extern "C" fn on_interrupt(
    _kind: c_int,
    _message: *const c_char,
    _out: *const ffi::HighsCallbackDataOut,
    data_in: *mut ffi::HighsCallbackDataIn,
    user: *mut c_void,
) {
    if data_in.is_null() || user.is_null() {
        return;
    }
    // SAFETY: `user` is the address of the `AtomicBool` inside the `Stop` that `Handle` keeps alive; `data_in` is
    // valid for the time of the callback.
    unsafe {
        if (*user.cast::<AtomicBool>()).load(Ordering::Relaxed) {
            (*data_in).user_interrupt = 1;
        }
    }
}

impl Handle {
    fn new(stop: &Stop) -> Result<Self, Failure> {
        assert_version()?;
        // SAFETY: no arguments; the result is owned by `Handle`.
        let raw = unsafe { ffi::Highs_create() };
        if raw.is_null() {
            return Err(Failure::Solver("HiGHS could not be created (out of memory?)".into()));
        }
        let handle = Self { raw, stop: stop.clone() };
        handle.set_bool("output_flag", false)?;
        handle.set_int("threads", 1)?;
        handle.set_string("parallel", "off")?;
        handle.set_int("random_seed", 0)?;
        let flag: *const AtomicBool = &raw const *handle.stop.0;
        // SAFETY: the flag lives as long as `handle.stop`, and the handle is destroyed before it.
        unsafe {
            ffi::Highs_setCallback(raw, Some(on_interrupt), flag.cast_mut().cast());
            for kind in
                [ffi::kHighsCallbackSimplexInterrupt, ffi::kHighsCallbackIpmInterrupt, ffi::kHighsCallbackMipInterrupt]
            {
                ffi::Highs_startCallback(raw, kind);
            }
        }
        Ok(handle)
    }

    fn check(code: c_int, what: &str) -> Result<(), Failure> {
        if code == ffi::STATUS_ERROR { Err(Failure::Solver(format!("HiGHS refused {what}"))) } else { Ok(()) }
    }

    fn set_bool(&self, name: &str, value: bool) -> Result<(), Failure> {
        let key = CString::new(name).expect("option names have no NUL");
        // SAFETY: `key` outlives the call.
        let code = unsafe { ffi::Highs_setBoolOptionValue(self.raw, key.as_ptr(), c_int::from(value)) };
        Self::check(code, name)
    }

    fn set_int(&self, name: &str, value: c_int) -> Result<(), Failure> {
        let key = CString::new(name).expect("option names have no NUL");
        // SAFETY: `key` outlives the call.
        let code = unsafe { ffi::Highs_setIntOptionValue(self.raw, key.as_ptr(), value) };
        Self::check(code, name)
    }

    fn set_double(&self, name: &str, value: f64) -> Result<(), Failure> {
        let key = CString::new(name).expect("option names have no NUL");
        // SAFETY: `key` outlives the call.
        let code = unsafe { ffi::Highs_setDoubleOptionValue(self.raw, key.as_ptr(), value) };
        Self::check(code, name)
    }

    fn set_string(&self, name: &str, value: &str) -> Result<(), Failure> {
        let (key, text) = (CString::new(name).expect("no NUL"), CString::new(value).expect("no NUL"));
        // SAFETY: both strings outlive the call.
        let code = unsafe { ffi::Highs_setStringOptionValue(self.raw, key.as_ptr(), text.as_ptr()) };
        Self::check(code, name)
    }

    fn double(&self, name: &str) -> f64 {
        let key = CString::new(name).expect("no NUL");
        let mut value = f64::NAN;
        // SAFETY: `key` and `value` outlive the call.
        unsafe { ffi::Highs_getDoubleInfoValue(self.raw, key.as_ptr(), &raw mut value) };
        value
    }

    fn int(&self, name: &str) -> u64 {
        let key = CString::new(name).expect("no NUL");
        let mut value: c_int = 0;
        // SAFETY: `key` and `value` outlive the call.
        unsafe { ffi::Highs_getIntInfoValue(self.raw, key.as_ptr(), &raw mut value) };
        value.max(0) as u64
    }

    fn int64(&self, name: &str) -> u64 {
        let key = CString::new(name).expect("no NUL");
        let mut value: i64 = 0;
        // SAFETY: `key` and `value` outlive the call.
        unsafe { ffi::Highs_getInt64InfoValue(self.raw, key.as_ptr(), &raw mut value) };
        value.max(0) as u64
    }

    fn columns(&self) -> usize {
        // SAFETY: reads a count.
        unsafe { ffi::Highs_getNumCol(self.raw) as usize }
    }

    fn rows(&self) -> usize {
        // SAFETY: reads a count.
        unsafe { ffi::Highs_getNumRow(self.raw) as usize }
    }
}

impl Hot {
    /// Loads a programme. Integrality demands are kept only by [`Hot::solve_programme`]; the linear calls relax them.
    pub fn new(programme: &Programme, limits: &Limits) -> Result<Self, Failure> {
        programme.check()?;
        let handle = Handle::new(&limits.stop)?;
        let p = programme;
        let starts: Vec<c_int> = p.starts[..p.rows()].iter().map(|&s| s as c_int).collect();
        let index: Vec<c_int> = p.index.iter().map(|&i| i as c_int).collect();
        let whole: Vec<c_int> = p.whole.iter().map(|&w| c_int::from(w)).collect();
        // SAFETY: every pointer comes from a slice whose length HiGHS is told in the counts.
        let code = unsafe {
            if p.is_mixed_integer() {
                ffi::Highs_passMip(
                    handle.raw,
                    p.columns() as c_int,
                    p.rows() as c_int,
                    p.nonzeros() as c_int,
                    ffi::MATRIX_FORMAT_ROW_WISE,
                    ffi::OBJECTIVE_SENSE_MINIMIZE,
                    0.0,
                    p.cost.as_ptr(),
                    p.lower.as_ptr(),
                    p.upper.as_ptr(),
                    p.row_lower.as_ptr(),
                    p.row_upper.as_ptr(),
                    starts.as_ptr(),
                    index.as_ptr(),
                    p.value.as_ptr(),
                    whole.as_ptr(),
                )
            } else {
                ffi::Highs_passLp(
                    handle.raw,
                    p.columns() as c_int,
                    p.rows() as c_int,
                    p.nonzeros() as c_int,
                    ffi::MATRIX_FORMAT_ROW_WISE,
                    ffi::OBJECTIVE_SENSE_MINIMIZE,
                    0.0,
                    p.cost.as_ptr(),
                    p.lower.as_ptr(),
                    p.upper.as_ptr(),
                    p.row_lower.as_ptr(),
                    p.row_upper.as_ptr(),
                    starts.as_ptr(),
                    index.as_ptr(),
                    p.value.as_ptr(),
                )
            }
        };
        Handle::check(code, "the model")?;
        let hot = Self {
            handle,
            limits: limits.clone(),
            spent: Duration::ZERO,
            #[cfg(test)]
            hang: Duration::ZERO,
        };
        hot.apply_limits()?;
        Ok(hot)
    }

    fn apply_limits(&self) -> Result<(), Failure> {
        let h = &self.handle;
        h.set_string("presolve", if self.limits.presolve { "on" } else { "off" })?;
        h.set_double("mip_rel_gap", self.limits.gap)?;
        h.set_double("mip_abs_gap", 1e-9)?;
        h.set_int("mip_max_nodes", self.limits.nodes.map_or(c_int::MAX, |n| n.min(c_int::MAX as u64) as c_int))?;
        h.set_int(
            "simplex_iteration_limit",
            self.limits.iterations.map_or(c_int::MAX, |n| n.min(c_int::MAX as u64) as c_int),
        )?;
        h.set_double("time_limit", self.limits.seconds.unwrap_or(f64::INFINITY))
    }

    /// Sets any HiGHS option by name (text form for the string options). For tuning inside one room only.
    pub fn set_option(&mut self, name: &str, value: &str) -> Result<(), Failure> {
        self.handle.set_string(name, value)
    }

    /// Sets an integer option by its HiGHS name.
    pub fn set_int_option(&mut self, name: &str, value: i32) -> Result<(), Failure> {
        self.handle.set_int(name, value)
    }

    /// Sets a real option by its HiGHS name.
    pub fn set_real_option(&mut self, name: &str, value: f64) -> Result<(), Failure> {
        self.handle.set_double(name, value)
    }

    /// Number of columns now.
    pub fn columns(&self) -> usize {
        self.handle.columns()
    }

    /// Number of rows now.
    pub fn rows(&self) -> usize {
        self.handle.rows()
    }

    /// Adds rows `lower <= terms <= upper`; returns the first new row.
    pub fn add_rows(&mut self, rows: &[NewRow]) -> Result<Row, Failure> {
        let first = Row::at(self.rows());
        let lower: Vec<f64> = rows.iter().map(|r| r.0).collect();
        let upper: Vec<f64> = rows.iter().map(|r| r.1).collect();
        let (mut starts, mut index, mut value) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        for (_, _, terms) in rows {
            starts.push(index.len() as c_int);
            index.extend(terms.iter().map(|t| t.0.index() as c_int));
            value.extend(terms.iter().map(|t| t.1));
        }
        // SAFETY: the slices have the lengths stated.
        let code = unsafe {
            ffi::Highs_addRows(
                self.handle.raw,
                rows.len() as c_int,
                lower.as_ptr(),
                upper.as_ptr(),
                index.len() as c_int,
                starts.as_ptr(),
                index.as_ptr(),
                value.as_ptr(),
            )
        };
        Handle::check(code, "new rows")?;
        Ok(first)
    }

    /// Adds columns `(cost, lower, upper, entries)`; returns the first new column.
    pub fn add_columns(&mut self, columns: &[NewColumn]) -> Result<Col, Failure> {
        let first = Col::at(self.columns());
        let cost: Vec<f64> = columns.iter().map(|c| c.0).collect();
        let lower: Vec<f64> = columns.iter().map(|c| c.1).collect();
        let upper: Vec<f64> = columns.iter().map(|c| c.2).collect();
        let (mut starts, mut index, mut value) = (Vec::with_capacity(columns.len()), Vec::new(), Vec::new());
        for (_, _, _, entries) in columns {
            starts.push(index.len() as c_int);
            index.extend(entries.iter().map(|t| t.0.index() as c_int));
            value.extend(entries.iter().map(|t| t.1));
        }
        // SAFETY: the slices have the lengths stated.
        let code = unsafe {
            ffi::Highs_addCols(
                self.handle.raw,
                columns.len() as c_int,
                cost.as_ptr(),
                lower.as_ptr(),
                upper.as_ptr(),
                index.len() as c_int,
                starts.as_ptr(),
                index.as_ptr(),
                value.as_ptr(),
            )
        };
        Handle::check(code, "new columns")?;
        Ok(first)
    }

    /// Deletes the rows whose flag is set; the rows that stay keep their order.
    pub fn delete_rows(&mut self, gone: &[bool]) -> Result<(), Failure> {
        let mut mask: Vec<c_int> = gone.iter().map(|&g| c_int::from(g)).collect();
        mask.resize(self.rows(), 0);
        // SAFETY: the mask has one entry per row.
        let code = unsafe { ffi::Highs_deleteRowsByMask(self.handle.raw, mask.as_mut_ptr()) };
        Handle::check(code, "the deletion of rows")
    }

    /// Changes the bounds of one column.
    pub fn set_column_bounds(&mut self, col: Col, lower: f64, upper: f64) -> Result<(), Failure> {
        // SAFETY: plain values.
        let code = unsafe { ffi::Highs_changeColBounds(self.handle.raw, col.0 as c_int, lower, upper) };
        Handle::check(code, "column bounds")
    }

    /// Changes the bounds of one row.
    pub fn set_row_bounds(&mut self, row: Row, lower: f64, upper: f64) -> Result<(), Failure> {
        // SAFETY: plain values.
        let code = unsafe { ffi::Highs_changeRowBounds(self.handle.raw, row.0 as c_int, lower, upper) };
        Handle::check(code, "row bounds")
    }

    /// Changes the bounds of several rows at once: `(row, lower, upper)`, rows ascending.
    pub fn set_rows_bounds(&mut self, changes: &[(Row, f64, f64)]) -> Result<(), Failure> {
        let set: Vec<c_int> = changes.iter().map(|c| c.0.0 as c_int).collect();
        let lower: Vec<f64> = changes.iter().map(|c| c.1).collect();
        let upper: Vec<f64> = changes.iter().map(|c| c.2).collect();
        // SAFETY: the three slices have the length stated.
        let code = unsafe {
            ffi::Highs_changeRowsBoundsBySet(
                self.handle.raw,
                set.len() as c_int,
                set.as_ptr(),
                lower.as_ptr(),
                upper.as_ptr(),
            )
        };
        Handle::check(code, "row bounds")
    }

    /// Changes one objective coefficient.
    pub fn set_cost(&mut self, col: Col, cost: f64) -> Result<(), Failure> {
        // SAFETY: plain values.
        let code = unsafe { ffi::Highs_changeColCost(self.handle.raw, col.0 as c_int, cost) };
        Handle::check(code, "a cost")
    }

    /// Proposes a feasible point (one value per column) to the next mixed-integer run.
    pub fn propose(&mut self, values: &[f64]) -> Result<(), Failure> {
        assert_eq!(values.len(), self.columns(), "one value per column");
        // SAFETY: the slice has one value per column; the other pointers may be null.
        let code = unsafe {
            ffi::Highs_setSolution(
                self.handle.raw,
                values.as_ptr(),
                std::ptr::null(),
                std::ptr::null(),
                std::ptr::null(),
            )
        };
        Handle::check(code, "a proposed solution")
    }

    /// The basis of the last run.
    pub fn basis(&self) -> Basis {
        let mut basis = Basis { columns: vec![0; self.columns()], rows: vec![0; self.rows()] };
        // SAFETY: the slices have one entry per column and row.
        unsafe { ffi::Highs_getBasis(self.handle.raw, basis.columns.as_mut_ptr(), basis.rows.as_mut_ptr()) };
        basis
    }

    /// Starts the next run from a basis; rows added since it was taken enter with their slack basic.
    pub fn set_basis(&mut self, basis: &Basis) -> Result<(), Failure> {
        let (mut columns, mut rows) = (basis.columns.clone(), basis.rows.clone());
        columns.resize(self.columns(), ffi::kHighsBasisStatusLower);
        rows.resize(self.rows(), ffi::kHighsBasisStatusBasic);
        // SAFETY: the slices have one entry per column and row.
        let code = unsafe { ffi::Highs_setBasis(self.handle.raw, columns.as_ptr(), rows.as_ptr()) };
        Handle::check(code, "a basis")
    }

    /// Runs the linear programme from the last basis.
    pub fn run(&mut self) -> Result<Solution, Failure> {
        self.solve_programme(false)
    }

    /// Runs the solver; its return code, or `None` when it did not come back within the time limit: then the object is left to
    /// the thread that hangs in it, and an empty one takes its place.
    fn run_in_time(&mut self) -> Result<Option<c_int>, Failure> {
        let Some(seconds) = self.limits.seconds else {
            // SAFETY: the handle holds a model.
            return Ok(Some(unsafe { ffi::Highs_run(self.handle.raw) }));
        };
        let began = Instant::now();
        let left = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).saturating_sub(self.spent);
        let (tell, hear) = mpsc::channel();
        let address = Address(self.handle.raw);
        #[cfg(test)]
        let hang = self.hang;
        let run = move || {
            let address = address;
            #[cfg(test)]
            std::thread::sleep(hang);
            // SAFETY: the handle holds a model; nobody else uses it until the answer is there, or ever again.
            let _ = tell.send(unsafe { ffi::Highs_run(address.0) });
        };
        let spawned = std::thread::Builder::new().name("solver".into()).spawn(run);
        spawned.map_err(|e| Failure::Solver(format!("no thread for the solver: {e}")))?;
        let answer = hear.recv_timeout(left.saturating_add(GRACE));
        self.spent += began.elapsed();
        match answer {
            Ok(code) => Ok(Some(code)),
            Err(_) => {
                let stop = self.handle.stop.clone();
                // The thread still works on the object and reads the flag: neither is ever freed.
                std::mem::forget(std::mem::replace(&mut self.handle, Handle::new(&stop)?));
                Ok(None)
            }
        }
    }

    /// Runs the solver; `mixed_integer` says how to read the answer.
    pub fn solve_programme(&mut self, mixed_integer: bool) -> Result<Solution, Failure> {
        let Some(code) = self.run_in_time()? else {
            return Ok(Solution {
                status: Status::TimeLimit,
                objective: f64::INFINITY,
                bound: f64::NEG_INFINITY,
                values: Vec::new(),
                duals: Vec::new(),
                reduced_costs: Vec::new(),
                iterations: 0,
                nodes: 0,
            });
        };
        let h = &self.handle;
        // SAFETY: reads a status.
        let model_status = unsafe { ffi::Highs_getModelStatus(h.raw) };
        let status = match model_status {
            ffi::MODEL_STATUS_OPTIMAL | ffi::MODEL_STATUS_MODEL_EMPTY => Status::Optimal,
            ffi::MODEL_STATUS_INFEASIBLE => Status::Infeasible,
            ffi::MODEL_STATUS_UNBOUNDED | ffi::MODEL_STATUS_UNBOUNDED_OR_INFEASIBLE => Status::Unbounded,
            ffi::MODEL_STATUS_REACHED_TIME_LIMIT => Status::TimeLimit,
            ffi::MODEL_STATUS_REACHED_ITERATION_LIMIT | ffi::kHighsModelStatusSolutionLimit => Status::WorkLimit,
            ffi::kHighsModelStatusInterrupt | ffi::kHighsModelStatusHighsInterrupt => Status::Interrupted,
            other => return Err(Failure::Solver(format!("model status {other}, return code {code}"))),
        };
        let (columns, rows) = (h.columns(), h.rows());
        let mut values = vec![0.0; columns];
        let mut reduced_costs = vec![0.0; columns];
        let mut activity = vec![0.0; rows];
        let mut duals = vec![0.0; rows];
        // SAFETY: the slices have one entry per column and row.
        unsafe {
            ffi::Highs_getSolution(
                h.raw,
                values.as_mut_ptr(),
                reduced_costs.as_mut_ptr(),
                activity.as_mut_ptr(),
                duals.as_mut_ptr(),
            );
        }
        let feasible = h.int("primal_solution_status") == ffi::kHighsSolutionStatusFeasible as u64
            || (columns == 0 && status == Status::Optimal);
        let objective = if feasible { h.double("objective_function_value") } else { f64::INFINITY };
        let bound = match (mixed_integer, status) {
            (true, _) => h.double("mip_dual_bound"),
            (false, Status::Optimal) => objective,
            (false, Status::Infeasible) => f64::INFINITY,
            (false, _) => f64::NEG_INFINITY,
        };
        let iterations = h.int("simplex_iteration_count") + h.int("ipm_iteration_count");
        let nodes = if mixed_integer { h.int64("mip_node_count") } else { 0 };
        if !feasible {
            values.clear();
        }
        if mixed_integer || status != Status::Optimal {
            duals.clear();
            reduced_costs.clear();
        }
        Ok(Solution { status, objective, bound, values, duals, reduced_costs, iterations, nodes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// minimise x + 2y, x + y >= 4, x <= 3: optimum (3, 1) at 5.
    fn small() -> (Programme, Row, Row) {
        let mut p = Programme::new();
        let x = p.column(1.0, 0.0, 100.0);
        let y = p.column(2.0, 0.0, 100.0);
        let cover = p.at_least(4.0, [(x, 1.0), (y, 1.0)]);
        let limit = p.at_most(3.0, [(x, 1.0)]);
        (p, cover, limit)
    }

    #[test]
    fn the_linked_solver_is_new_enough() {
        assert!(assert_version().is_ok(), "{}", solver_version());
    }

    #[test]
    fn sign_of_duals_is_pinned() {
        let (p, cover, limit) = small();
        let s = solve(&p, &Limits::default()).unwrap();
        assert_eq!(s.status, Status::Optimal);
        assert!((s.objective - 5.0).abs() < 1e-9);
        assert!((s.dual(cover) - 2.0).abs() < 1e-9, "a binding >= row has a non-negative dual");
        assert!((s.dual(limit) + 1.0).abs() < 1e-9, "a binding <= row has a non-positive dual");
    }

    #[test]
    fn whole_columns_have_a_bound_and_no_duals() {
        let mut p = Programme::new();
        let x = p.whole(-5.0, 0.0, 10.0);
        let y = p.whole(-4.0, 0.0, 10.0);
        p.at_most(24.0, [(x, 6.0), (y, 4.0)]);
        p.at_most(6.0, [(x, 1.0), (y, 2.0)]);
        let s = solve(&p, &Limits::default()).unwrap();
        assert_eq!(s.status, Status::Optimal);
        assert!((s.objective + 20.0).abs() < 1e-6, "{}", s.objective);
        assert!(s.bound <= s.objective + 1e-6 && s.duals.is_empty());
        assert!(p.violation(&s.values) < 1e-6);
    }

    #[test]
    fn infeasible_and_unbounded_are_told_apart_from_optimal() {
        let mut p = Programme::new();
        let x = p.column(1.0, 0.0, 1.0);
        p.at_least(2.0, [(x, 1.0)]);
        assert_eq!(solve(&p, &Limits::default()).unwrap().status, Status::Infeasible);
        let mut p = Programme::new();
        p.column(-1.0, 0.0, f64::INFINITY);
        assert_eq!(solve(&p, &Limits::default()).unwrap().status, Status::Unbounded);
    }

    #[test]
    fn a_hot_programme_takes_rows_columns_bounds_and_bases() {
        let (p, cover, _) = small();
        let mut hot = Hot::new(&p, &Limits { presolve: false, ..Limits::default() }).unwrap();
        assert!((hot.run().unwrap().objective - 5.0).abs() < 1e-9);
        let basis = hot.basis();
        hot.add_rows(&[(2.0, f64::INFINITY, vec![(Col::at(1), 1.0)])]).unwrap();
        assert!((hot.run().unwrap().objective - 6.0).abs() < 1e-9);
        hot.set_row_bounds(cover, 5.0, f64::INFINITY).unwrap();
        assert!((hot.run().unwrap().objective - 7.0).abs() < 1e-9);
        hot.add_columns(&[(0.5, 0.0, 1.0, vec![(cover, 1.0)])]).unwrap();
        assert!((hot.run().unwrap().objective - 6.5).abs() < 1e-9);
        hot.set_basis(&basis).unwrap();
        assert!((hot.run().unwrap().objective - 6.5).abs() < 1e-9);
        hot.delete_rows(&[false, false, true]).unwrap();
        assert!((hot.run().unwrap().objective - 5.5).abs() < 1e-9);
    }

    #[test]
    fn a_raised_stop_ends_the_run() {
        let (p, ..) = small();
        let limits = Limits { presolve: false, ..Limits::default() };
        limits.stop.raise();
        let mut hot = Hot::new(&p, &limits).unwrap();
        let s = hot.run().unwrap();
        assert!(matches!(s.status, Status::Interrupted | Status::Optimal));
    }

    #[test]
    fn a_solver_that_hangs_is_given_up_and_one_that_does_not_answers() {
        let (p, ..) = small();
        let limits = Limits { seconds: Some(0.2), ..Limits::default() };
        let mut hot = Hot::new(&p, &limits).unwrap();
        assert_eq!(hot.run().unwrap().status, Status::Optimal);
        hot.hang = Duration::from_mins(10);
        let began = Instant::now();
        let s = hot.run().unwrap();
        assert!(s.status == Status::TimeLimit && !s.has_point() && s.bound == f64::NEG_INFINITY);
        // The hang would last ten minutes.
        assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
        // What is left is an empty programme: it can be asked, changed and dropped without harm.
        assert_eq!((hot.columns(), hot.rows()), (0, 0));
        assert!(hot.set_rows_bounds(&[(Row(0), 0.0, 1.0)]).is_err());
    }

    #[test]
    fn malformed_programmes_are_refused() {
        let mut p = Programme::new();
        p.column(f64::NAN, 0.0, 1.0);
        assert!(matches!(solve(&p, &Limits::default()), Err(Failure::Malformed(_))));
        let mut p = Programme::new();
        p.column(0.0, 2.0, 1.0);
        assert!(matches!(solve(&p, &Limits::default()), Err(Failure::Malformed(_))));
    }
}
