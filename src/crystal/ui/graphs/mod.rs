//! The graphs under the view: powder pattern, pair distribution, coordination, and two structures side by side.
//!
//! What is shown is an answer to a question ([`compute`]): a structure and settings. A changed structure or setting is a
//! new question; the last answer stays until the next is there.

mod compare;
mod compute;
mod coordination;
mod diffraction;
mod measured;
mod pairs;
mod plots;
mod settings;
mod table;

use std::{sync::Arc, time::Duration};

use eframe::egui;

pub(super) use compute::sentence;
pub(super) use measured::is_measurement;
pub use settings::{GraphSettings, GraphTab};

use self::{
    compute::{Answer, Answered, Query, Task},
    measured::MeasuredFile,
};
use super::{CrystalCommand, Shown};
use crate::{
    crystal::structure::Structure,
    jobs::LatestWorker,
    ui::{Shell, Theme},
};

/// Work that is shorter than this is not announced.
const PATIENCE_SECS: f64 = 0.2;
/// A dock below this width has no table.
const WIDTH_WITH_TABLE: f32 = 620.0;

/// The graphs and what they know.
#[derive(Default)]
pub(super) struct Graphs {
    worker: Option<LatestWorker<Query, Answered>>,
    /// The newest question and when it was asked.
    asked: Option<(Query, f64)>,
    /// Per tab the last answer.
    answers: [Option<Answered>; 4],
    pub(super) measured: MeasuredFile,
    /// The structure that is compared with.
    second: Option<(String, Arc<Structure>)>,
    /// Distances of an atom of a structure.
    distances: Option<(Arc<Structure>, u32, f64, Vec<f64>)>,
}

/// What the graphs look at.
pub(super) struct Seen<'a> {
    pub shown: &'a Shown,
    pub all: &'a [Shown],
    pub settings: &'a GraphSettings,
}

impl Graphs {
    pub(super) fn is_busy(&self) -> bool {
        self.worker.as_ref().is_some_and(LatestWorker::is_busy) || self.measured.is_busy()
    }

    /// Takes what has arrived.
    pub(super) fn poll(&mut self, shell: &mut Shell<'_>, commands: &mut Vec<CrystalCommand>) {
        self.measured.poll(shell, commands);
        while let Some(result) = self.worker.as_ref().and_then(LatestWorker::take) {
            match result {
                Ok(answered) => {
                    if let Some(slot) = self.answers.get_mut(tab_of(&answered.0.task).index()) {
                        *slot = Some(answered);
                    }
                }
                Err(error) => {
                    // The question is answered with why it cannot be.
                    if let Some((query, _)) = &self.asked
                        && let Some(slot) = self.answers.get_mut(tab_of(&query.task).index())
                    {
                        *slot = Some((query.clone(), Err(compute::sentence(&error))));
                    }
                }
            }
        }
    }

    /// Forgets structures that are closed.
    pub(super) fn forget(&mut self) {
        self.answers = Default::default();
        self.asked = None;
        self.second = None;
        self.distances = None;
    }

    fn query(&mut self, seen: &Seen<'_>) -> Option<Query> {
        let settings = seen.settings;
        let structure = Arc::clone(seen.shown.structure());
        let task = match settings.tab {
            GraphTab::Diffraction => Task::Diffraction(settings.xrd.clone(), self.measured.measurement()),
            GraphTab::Pairs => Task::Pairs(settings.rdf),
            GraphTab::Coordination => Task::Coordination(settings.coordination),
            GraphTab::Compare => {
                let second = compare::second(&mut self.second, seen)?;
                Task::Compare(second, settings.xrd.clone(), settings.rdf, settings.coordination)
            }
        };
        Some(Query { structure, task })
    }

    /// Asks where the answer on the screen is not that of the question.
    fn ask(&mut self, query: &Query, tab: GraphTab, now: f64, shell: &Shell<'_>) {
        let answered = self.answers.get(tab.index()).and_then(Option::as_ref);
        if answered.is_some_and(|(known, _)| known == query)
            || self.asked.as_ref().is_some_and(|(asked, _)| asked == query)
        {
            return;
        }
        let worker = self.worker.take().or_else(|| compute::worker(shell.jobs));
        self.worker = worker;
        if let Some(worker) = &mut self.worker {
            worker.request(query.clone());
            // The wait counts from the first question that has no answer yet.
            let since = self.asked.as_ref().map_or(now, |(asked, since)| {
                let was_answered = self.answers.iter().flatten().any(|(known, _)| known == asked);
                if was_answered { now } else { *since }
            });
            self.asked = Some((query.clone(), since));
        }
    }

    /// Draws the panel. What is clicked goes into `commands`.
    pub(super) fn ui(
        &mut self,
        ui: &mut egui::Ui,
        seen: &Seen<'_>,
        shell: &Shell<'_>,
        commands: &mut Vec<CrystalCommand>,
    ) {
        let mut settings = seen.settings.clone();
        self.head_ui(ui, seen, &mut settings, commands);
        let now = ui.input(|input| input.time);
        let tab = seen.settings.tab;
        match self.query(seen) {
            Some(query) => {
                self.ask(&query, tab, now, shell);
                self.answer_ui(ui, seen, &query, now, commands);
            }
            None => message_ui(ui, "Open a second structure to compare this one with"),
        }
        if settings != *seen.settings {
            commands.push(CrystalCommand::SetGraphs(Box::new(settings)));
        }
    }

    /// Tabs, and the options of the tab.
    fn head_ui(
        &mut self,
        ui: &mut egui::Ui,
        seen: &Seen<'_>,
        settings: &mut GraphSettings,
        commands: &mut Vec<CrystalCommand>,
    ) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = Theme::get().space_small;
            for tab in GraphTab::ALL {
                ui.selectable_value(&mut settings.tab, tab, tab.title());
            }
            ui.separator();
            match seen.settings.tab {
                GraphTab::Diffraction => {
                    diffraction::options_ui(ui, settings);
                    self.measured.ui(ui, commands);
                }
                GraphTab::Pairs => pairs::options_ui(ui, settings),
                GraphTab::Coordination => coordination::options_ui(ui, settings),
                GraphTab::Compare => compare::options_ui(ui, &mut self.second, seen),
            }
            ui.separator();
            ui.toggle_value(&mut settings.show_table, "Table");
            if ui.button("Export figure…").clicked() {
                commands.push(CrystalCommand::ExportFigure);
            }
        });
    }

    fn answer_ui(
        &mut self,
        ui: &mut egui::Ui,
        seen: &Seen<'_>,
        query: &Query,
        now: f64,
        commands: &mut Vec<CrystalCommand>,
    ) {
        let tab = seen.settings.tab;
        let Some((known, answer)) = self.answers.get(tab.index()).cloned().flatten() else {
            ui.centered_and_justified(egui::Ui::spinner);
            return;
        };
        let area = ui.available_rect_before_wrap();
        match &answer {
            Err(error) => message_ui(ui, error),
            Ok(answer) => self.graph_ui(ui, seen, answer, commands),
        }
        let waited = self.asked.as_ref().map_or(0.0, |(_, since)| now - since);
        if known == *query {
        } else if waited < PATIENCE_SECS {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(PATIENCE_SECS - waited + 0.01));
        } else {
            let veil = Theme::of(ui).panel.egui().gamma_multiply(0.6);
            ui.painter().rect_filled(area, egui::CornerRadius::ZERO, veil);
            let corner =
                egui::Rect::from_min_size(area.right_top() + egui::vec2(-28.0, 8.0), egui::Vec2::splat(18.0));
            ui.put(corner, egui::Spinner::new().size(18.0));
        }
    }

    fn graph_ui(
        &mut self,
        ui: &mut egui::Ui,
        seen: &Seen<'_>,
        answer: &Answer,
        commands: &mut Vec<CrystalCommand>,
    ) {
        let settings = seen.settings;
        let shown = seen.shown;
        let name = shown.loaded.formula.as_str();
        let link = shown.link.as_ref();
        let site = shown.selected_site();
        let with_table = settings.show_table && ui.available_width() > WIDTH_WITH_TABLE;
        if with_table {
            let panel = egui::Panel::right("graph table").default_size(336.0).min_size(120.0);
            let frame = egui::Frame::NONE.inner_margin(egui::Margin { left: 8, ..egui::Margin::ZERO });
            panel.frame(frame).show(ui, |ui| match answer {
                Answer::Diffraction(graph) => diffraction::table_ui(ui, graph, link, commands),
                Answer::Pairs(graph) => pairs::table_ui(ui, graph, link, commands),
                Answer::Coordination(graph) => coordination::table_ui(ui, graph, site, commands),
                Answer::Compare(graph) => compare::table_ui(ui, graph),
            });
        }
        match answer {
            Answer::Diffraction(graph) => {
                if let Some(fit) = &graph.fit {
                    ui.add(egui::Label::new(diffraction::fit_text(fit)).truncate());
                }
                diffraction::graph_ui(ui, graph, name, link, commands);
            }
            Answer::Pairs(graph) => {
                let ticks = self.distances_of(shown, settings.rdf.cutoff_angstrom);
                pairs::graph_ui(ui, graph, settings, name, link, &ticks, commands);
            }
            Answer::Coordination(graph) => {
                coordination::graph_ui(ui, graph, settings.show_lengths, name, link, site, commands);
            }
            Answer::Compare(graph) => compare::graph_ui(ui, graph, name),
        }
    }

    /// Distances from the selected atom, short as long as nobody selects another.
    fn distances_of(&mut self, shown: &Shown, cutoff_angstrom: f64) -> Vec<f64> {
        let Some(site) = shown.selected_site() else { return Vec::new() };
        let structure = shown.structure();
        let is_known = self.distances.as_ref().is_some_and(|(of, from, up_to, _)| {
            Arc::ptr_eq(of, structure) && *from == site && *up_to == cutoff_angstrom
        });
        if !is_known {
            let found = super::link::distances_from(structure, site, cutoff_angstrom);
            self.distances = Some((Arc::clone(structure), site, cutoff_angstrom, found));
        }
        self.distances.as_ref().map(|(_, _, _, found)| found.clone()).unwrap_or_default()
    }
}

fn tab_of(task: &Task) -> GraphTab {
    match task {
        Task::Diffraction(..) => GraphTab::Diffraction,
        Task::Pairs(_) => GraphTab::Pairs,
        Task::Coordination(_) => GraphTab::Coordination,
        Task::Compare(..) => GraphTab::Compare,
    }
}

/// A sentence in the place of a graph.
pub(super) fn message_ui(ui: &mut egui::Ui, text: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space(0.35 * ui.available_height());
        ui.add(egui::Label::new(text).wrap());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_put_right() {
        let mut settings = GraphSettings { height: f32::NAN, ..GraphSettings::default() };
        settings.xrd.two_theta_deg = (90.0, 10.0);
        settings.rdf.bins = 0;
        assert_eq!(settings.validated(), GraphSettings::default());
    }

    #[test]
    fn a_question_is_the_same_only_about_the_same_structure() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/crystals/nacl.cif");
        let file = crate::crystal::io::open(&path).unwrap();
        let structure = Arc::new(file.structures.into_iter().next().unwrap());
        let task = Task::Pairs(GraphSettings::default().rdf);
        let query = Query { structure: Arc::clone(&structure), task: task.clone() };
        assert_eq!(query, Query { structure: Arc::clone(&structure), task: task.clone() });
        let copy = Arc::new(structure.as_ref().clone());
        assert_ne!(query, Query { structure: copy, task });
    }
}
