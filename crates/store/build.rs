//! Makes cargo look at the migrations again when a file is added to them.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
