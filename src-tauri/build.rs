//! Makes what Tauri needs at compile time: the window's permissions and the UI's folder.

use tauri_build::{AppManifest, Attributes};

fn main() {
    // The UI is put into the program at compile time; the folder must exist, also before the UI was ever built.
    if let Err(error) = std::fs::create_dir_all("ui/dist") {
        println!("cargo::error=ui/dist cannot be made: {error}");
    }
    println!("cargo::rerun-if-changed=ui/dist");
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        // Naming the commands takes them from every window that no capability gives them to.
        .app_manifest(AppManifest::new().commands(&["desk_request"]));
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error={error:#}");
    }
}
