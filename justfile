# Each recipe is one cargo line; CI runs the same lines from .ci/run.

# formatting, lints, rooms
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    cargo test -p lachan-tests --test end_to_end --locked rooms

# all tests
test:
    cargo test --workspace --locked

# the protocol and the client's cores for browsers
wasm:
    cargo build --locked --target wasm32-unknown-unknown -p lachan-protocol
    cargo check --locked --target wasm32-unknown-unknown -p lachan-client --no-default-features --lib

# matching: native figures, then WebAssembly in Node beside a pairing of mcl-wasm
bench *ARGS:
    cargo bench -p lachan-protocol --locked --bench matching -- {{ARGS}}

bench-wasm *ARGS:
    protocol/benches/wasm/run {{ARGS}}

# write the vectors anew and see that nothing changed
vectors:
    LACHAN_WRITE_VECTORS=1 cargo test -p lachan-protocol --locked vectors
    git diff --exit-code specs/vectors

# accept changed snapshots of help texts
snap:
    INSTA_UPDATE=always cargo test -p lachan-client -p lachan-node --locked help

# rustdoc, warnings denied
docs:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# bans, licences, sources
deny:
    cargo deny --offline check bans licenses sources

# the demonstration
town *ARGS:
    cargo run --release --bin town -- {{ARGS}}
