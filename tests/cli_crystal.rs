//! The commands that compute and draw, as scripts use them.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use std::{
    fmt::Write as _,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

fn vitrine(state: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args(arguments)
        .env("VITRINE_DATA_DIR", state)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap()
}

fn sample(file: &str) -> String {
    format!("{}/assets/samples/crystals/{file}", env!("CARGO_MANIFEST_DIR"))
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn figures_are_made_once_and_then_kept() {
    let state = tempfile::tempdir().unwrap();
    let out = state.path().join("figures");
    let out_text = out.to_str().unwrap();
    let (nacl, quartz) = (sample("nacl.cif"), sample("quartz.cif"));
    let arguments = ["crystal", "figure", &nacl, &quartz, "--out", out_text, "--jobs", "2", "--json"];
    let first = json(&vitrine(state.path(), &arguments));
    let results = first["results"].as_array().unwrap();
    assert_eq!(results.len(), 8);
    assert!(first["peak_renderers"].as_u64().unwrap() <= 2);
    assert_eq!(first["external_processes"], 0);
    let mut contents = Vec::new();
    for result in results {
        assert_eq!(result["cached"], false);
        assert_eq!(result["format"], "pdf");
        let bytes = std::fs::read(result["path"].as_str().unwrap()).unwrap();
        assert_eq!(bytes.len() as u64, result["bytes"].as_u64().unwrap());
        contents.push(bytes);
    }
    assert!(out.join("nacl-structure.pdf").is_file() && out.join("quartz-coordination.pdf").is_file());
    std::fs::remove_dir_all(&out).unwrap();
    let second = json(&vitrine(state.path(), &arguments));
    for (result, before) in second["results"].as_array().unwrap().iter().zip(contents) {
        assert_eq!(result["cached"], true);
        assert_eq!(std::fs::read(result["path"].as_str().unwrap()).unwrap(), before);
    }

    let stats = json(&vitrine(state.path(), &["cache", "stats", "--json"]));
    // Eight figures, two lists of reflections, two of distances.
    assert_eq!(stats["entries"], 12);
    assert!(vitrine(state.path(), &["cache", "clear"]).status.success());
    assert_eq!(json(&vitrine(state.path(), &["cache", "stats", "--json"]))["entries"], 0);
}

#[test]
fn a_figure_that_fails_has_its_stage_and_the_exit_code() {
    let state = tempfile::tempdir().unwrap();
    let broken = state.path().join("broken.cif");
    std::fs::write(&broken, "data_x\n_cell_length_a oops\n").unwrap();
    let out = state.path().join("out");
    let output = vitrine(
        state.path(),
        &[
            "crystal",
            "figure",
            broken.to_str().unwrap(),
            &sample("copper.cif"),
            "--kind",
            "xrd,rdf",
            "--format",
            "svg,png",
            "--dpi",
            "60",
            "--out",
            out.to_str().unwrap(),
            "--json",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let failed: Vec<&Value> =
        report["results"].as_array().unwrap().iter().filter(|result| result.get("error").is_some()).collect();
    assert_eq!(failed.len(), 2);
    for result in failed {
        assert_eq!(result["error"]["stage"], "read");
        assert!(result["error"]["message"].as_str().unwrap().contains("broken.cif"));
        assert!(result["file"].is_string() && result["kind"].is_string() && result.get("path").is_none());
    }
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 4);
    // Wrong words are wrong usage.
    for wrong in
        [["--kind", "xdr"], ["--format", "eps"], ["--theme", "blue"], ["--width-mm", "1"], ["--jobs", "0"]]
    {
        let output = vitrine(
            state.path(),
            &["crystal", "figure", &sample("copper.cif"), "--out", out.to_str().unwrap(), wrong[0], wrong[1]],
        );
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn xrd_prints_what_pymatgen_computes() {
    let state = tempfile::tempdir().unwrap();
    let cscl = state.path().join("CsCl.vasp");
    std::fs::write(
        &cscl,
        "CsCl\n1.0\n4.209 0 0\n0 4.209 0\n0 0 4.209\nCs Cl\n1 1\nDirect\n0 0 0\n0.5 0.5 0.5\n",
    )
    .unwrap();
    let file = cscl.to_str().unwrap();
    for merge in ["parity", "symmetrized"] {
        let pattern = json(&vitrine(state.path(), &["crystal", "xrd", file, "--json", "--merge", merge]));
        assert_eq!(pattern["wavelength_angstrom"], 1.54184);
        let peaks = pattern["peaks"].as_array().unwrap();
        let at = |peak: &Value, field: &str| peak[field].as_f64().unwrap();
        assert!((at(&peaks[0], "two_theta_deg") - 21.107_738_329_639_844).abs() < 1e-6);
        assert!((at(&peaks[0], "intensity") - 36.483_184_003_748_946).abs() < 1e-2);
        assert!((at(&peaks[1], "d_angstrom") - 2.976_212_442_014_178).abs() < 1e-6);
        assert_eq!(peaks[0]["hkl"], serde_json::json!([[1, 0, 0, 6]]));
        assert_eq!(peaks[1]["hkl"], serde_json::json!([[1, 1, 0, 12]]));
    }
    let pattern = json(&vitrine(
        state.path(),
        &["crystal", "xrd", file, "--json", "--radiation", "0.7", "--two-theta", "20,40", "--neutron"],
    ));
    assert_eq!(pattern["wavelength_angstrom"], 0.7);
    let angles =
        pattern["peaks"].as_array().unwrap().iter().map(|peak| peak["two_theta_deg"].as_f64().unwrap());
    assert!(angles.clone().count() > 3 && angles.clone().all(|angle| (20.0..=40.0).contains(&angle)));
}

#[test]
fn a_measured_pattern_is_laid_over_the_calculated_one() {
    let state = tempfile::tempdir().unwrap();
    // Copper's lines, shifted by 0.05°, on a background.
    let mut text = String::from("# 2theta intensity\n");
    for step in 0..3500 {
        let angle = 20.0 + 0.02 * f64::from(step);
        let line = |at: f64, height: f64| height * (-((angle - at - 0.05) / 0.06_f64).powi(2)).exp();
        let value =
            50.0 + line(43.343, 1000.0) + line(50.482, 460.0) + line(74.196, 240.0) + line(89.99, 240.0);
        writeln!(text, "{angle:.2} {value:.2}").unwrap();
    }
    let scan = state.path().join("scan.xy");
    std::fs::write(&scan, text).unwrap();
    let figure = state.path().join("fit.pdf");
    let found = json(&vitrine(
        state.path(),
        &[
            "crystal",
            "xrd",
            &sample("copper.cif"),
            "--json",
            "--measured",
            scan.to_str().unwrap(),
            "--out",
            figure.to_str().unwrap(),
            "--two-theta",
            "20,90",
        ],
    ));
    let fit = &found["measured"];
    assert!((fit["zero_shift_deg"].as_f64().unwrap() - 0.05).abs() < 0.03, "{fit}");
    assert!(fit["r_wp"].as_f64().unwrap() < 0.5, "{fit}");
    assert!(fit["matched"].as_array().unwrap().len() >= 3);
    assert!(std::fs::read(&figure).unwrap().starts_with(b"%PDF"));
    std::fs::write(&scan, "10 1\n10.1 oops\n").unwrap();
    let output = vitrine(
        state.path(),
        &["crystal", "xrd", &sample("copper.cif"), "--measured", scan.to_str().unwrap()],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("scan.xy"));
}

#[test]
fn rdf_and_coordination_print_what_scripts_read() {
    let state = tempfile::tempdir().unwrap();
    let file = sample("nacl.cif");
    let rdf =
        json(&vitrine(state.path(), &["crystal", "rdf", &file, "--json", "--cutoff", "6", "--bins", "60"]));
    assert_eq!(rdf["r_angstrom"].as_array().unwrap().len(), 60);
    assert_eq!(rdf["total"].as_array().unwrap().len(), 60);
    let pair = &rdf["pairs"]["Cl-Na"];
    let running = pair["running_cn"].as_array().unwrap();
    // Six at 2.82 Å, then eight more at 4.88 Å.
    assert!(
        (running[35].as_f64().unwrap() - 6.0).abs() < 1e-9
            && (running[59].as_f64().unwrap() - 14.0).abs() < 1e-9
    );
    assert_eq!(rdf["pairs"].as_object().unwrap().keys().collect::<Vec<_>>(), ["Cl-Cl", "Cl-Na", "Na-Na"]);
    for method in ["default", "crystalnn"] {
        let found =
            json(&vitrine(state.path(), &["crystal", "coordination", &file, "--json", "--method", method]));
        let sites = found["sites"].as_array().unwrap();
        assert_eq!(sites.len(), 8);
        for site in sites {
            assert_eq!(site["cn"], 6);
            let near = &site["neighbors"][0];
            assert!((near["distance_angstrom"].as_f64().unwrap() - 2.8201).abs() < 1e-6);
            assert!(
                near["index"].is_u64()
                    && near["image"].as_array().unwrap().len() == 3
                    && near["rule"].is_string()
            );
        }
    }
    let jmol =
        json(&vitrine(state.path(), &["crystal", "coordination", &file, "--json", "--method", "jmol"]));
    assert!(
        jmol["sites"].as_array().unwrap().iter().all(|site| site["cn"] == 0),
        "Jmol finds no bonds in salt"
    );
    assert_eq!(vitrine(state.path(), &["crystal", "rdf", &file, "--cutoff=-1"]).status.code(), Some(1));
}

#[test]
fn two_structures_are_compared_part_by_part() {
    let state = tempfile::tempdir().unwrap();
    let figure = state.path().join("both.svg");
    let (one, other) = (sample("nacl.cif"), sample("cscl.cif"));
    let found = json(&vitrine(
        state.path(),
        &["crystal", "compare", &one, &other, "--json", "--out", figure.to_str().unwrap()],
    ));
    assert!(found["sites"]["not_comparable"].is_string(), "other atoms");
    assert!(found["diffraction"]["distance"].as_f64().unwrap() > 0.5);
    assert!(std::fs::read_to_string(&figure).unwrap().contains("difference"));
    let same = json(&vitrine(state.path(), &["crystal", "compare", &one, &one, "--json"]));
    assert_eq!(same["diffraction"]["distance"], 0.0);
    assert!(same["sites"]["max_angstrom"].as_f64().unwrap() < 1e-9);
}

#[test]
fn a_report_is_written_whole_or_not_at_all() {
    let state = tempfile::tempdir().unwrap();
    let out = state.path().join("report.pdf");
    let (one, other) = (sample("nacl.cif"), sample("urea.cif"));
    let arguments = ["crystal", "report", &one, &other, "--out", out.to_str().unwrap()];
    assert!(vitrine(state.path(), &arguments).status.success());
    let first = std::fs::read(&out).unwrap();
    assert!(first.starts_with(b"%PDF"));
    assert!(vitrine(state.path(), &arguments).status.success());
    assert_eq!(std::fs::read(&out).unwrap(), first);
    let missing =
        vitrine(state.path(), &["crystal", "report", "nowhere.cif", "--out", out.to_str().unwrap()]);
    assert_eq!(missing.status.code(), Some(1));
    assert_eq!(std::fs::read(&out).unwrap(), first, "the report that was there is still there");
}

#[test]
fn a_killed_batch_leaves_whole_files_and_the_next_one_finishes() {
    let state = tempfile::tempdir().unwrap();
    let out = state.path().join("out");
    let names =
        ["nacl", "quartz", "lifepo4", "urea", "rutile", "pyrite", "graphite", "cscl", "srtio3", "copper"];
    let files: Vec<String> = names.iter().map(|name| sample(&format!("{name}.cif"))).collect();
    let mut arguments = vec!["crystal", "figure", "--out", out.to_str().unwrap(), "--format", "pdf,svg"];
    arguments.extend(files.iter().map(String::as_str));
    for wait_ms in [40, 120, 250, 500] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_vitrine"))
            .args(&arguments)
            .env("VITRINE_DATA_DIR", state.path())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait_ms));
        child.kill().ok();
        child.wait().unwrap();
        for entry in std::fs::read_dir(&out).into_iter().flatten().flatten() {
            let name = entry.file_name().into_string().unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            let end = if bytes.starts_with(b"%PDF") { "%%EOF" } else { "</svg>" };
            let is_whole = String::from_utf8_lossy(&bytes).trim_end().ends_with(end);
            assert!(is_whole || name.starts_with(".vitrine-"), "{name} is not whole");
        }
    }
    assert!(vitrine(state.path(), &arguments).status.success());
    let finished = std::fs::read_dir(&out).unwrap().flatten();
    let finished = finished.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(finished.count(), 80);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let state = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_vitrine"))
        .args(["crystal", "rdf", &sample("nacl.cif"), "--bins", "20000"])
        .env("VITRINE_DATA_DIR", state.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing is said to nobody");
    assert_eq!(output.status.code(), Some(141));
}
