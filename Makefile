# make demo: the main job on the shipped scenario; make test: the tests. Each does all set-up itself.
.PHONY: demo test tiny check docs torture bootstrap clean

demo: bootstrap
	cargo build --release --locked
	target/release/forecourt generate china
	target/release/forecourt plan scenarios/china
	@echo "open results/china/report.html in a browser"

test: bootstrap
	cargo test --locked

tiny: bootstrap
	cargo run --release --locked -- plan scenarios/tiny

check: bootstrap
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings

docs: bootstrap
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# The long tests: forged results, fuzzed readers; writes a dated table into docs/reliability.md.
torture: bootstrap
	@scripts/torture

bootstrap:
	@scripts/bootstrap

clean:
	cargo clean
