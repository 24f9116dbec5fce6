#include "coordinator/planner/planner.h"

#include <set>
#include <utility>

#include "coordinator/package/paths.h"
#include "coordinator/planner/job_list.h"
#include "coordinator/planner/length_planner.h"
#include "coordinator/planner/prints/stems.h"
#include "core/limits.h"
#include "core/spec/album_check.h"
#include "core/spec/routing.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// A song in all its versions: the song itself first.
struct TimedSong {
  Routing routing;
  std::vector<Timeline> timelines;
};

SongFacts FactsOf(const Song& song, int number, const Timeline& timeline) {
  SongFacts facts;
  facts.set_title(song.title());
  facts.set_number(number);
  facts.set_sample_rate(timeline.sample_rate);
  facts.set_frames(timeline.frames);
  return facts;
}

// Warns of mono stems that are surely not centred, at the entries that ask for them.
void DoubtMonoStems(const Mixer& mixer, int song_index, std::vector<Finding>& findings) {
  const Song& song = mixer.song();
  const auto& deliver = DeliverOf(mixer.album, song);
  std::set<std::pair<std::string, std::string>> told;
  for (int i = 0; i < deliver.size(); ++i) {
    const Deliverable& entry = deliver[i];
    if (!entry.has_stems() || FormatOf(entry, entry.stems()).channels() != Format::CHANNELS_MONO) continue;
    const std::string place = song.deliver().empty() ? fmt::format("deliver[{}]", i)
                                                     : fmt::format("songs[{}].deliver[{}]", song_index, i);
    for (const std::string& doubt : DoubtsOfMonoStems(mixer, entry.stems())) {
      if (!told.emplace(place, doubt).second) continue;
      Finding& finding = findings.emplace_back();
      finding.set_severity(Finding::warning);
      finding.set_place(place);
      finding.set_message(fmt::format("song {}: {}", Quoted(song.title()), doubt));
    }
  }
}

void PlanSong(const Album& album, int song_index, const TimedSong& timed, JobList& jobs, RenderPlan& plan) {
  const auto& deliver = DeliverOf(album, album.songs(song_index));
  for (const Timeline& timeline : timed.timelines) {
    const Mixer mixer{album, timed.routing, timeline};
    PlanLength(song_index + 1, mixer, nullptr, deliver, jobs, plan);
    for (const TimedEdit& edit : timeline.edits)
      PlanLength(song_index + 1, mixer, &edit, deliver, jobs, plan);
  }
}

void CheckSize(const RenderPlan& plan, std::vector<Finding>& findings) {
  const auto bytes = static_cast<int64_t>(plan.ByteSizeLong());
  if (bytes <= kMostPlanBytes) return;
  Finding& finding = findings.emplace_back();
  finding.set_severity(Finding::error);
  finding.set_place("songs");
  finding.set_message(fmt::format(
      "the album's jobs take {} to write down, and {} are the most: ask for stems by buses or roles instead "
      "of tracks, take points out of long automation, or make several albums of it",
      SizeText(bytes), SizeText(kMostPlanBytes)));
}

// Proofs name files by their paths, which are known when all files are.
void NameProofs(RenderPlan& plan) {
  for (PlannedProof& planned : *plan.mutable_proofs()) {
    Proof& proof = *planned.mutable_proof();
    if (planned.has_mix_file()) proof.set_of(plan.files(planned.mix_file()).file().path());
    for (const int stem : planned.stem_files()) proof.add_stems(plan.files(stem).file().path());
  }
}

}  // namespace

RenderPlan PlanAlbum(const Album& album, const Sources& sources, std::vector<Finding>& findings) {
  RenderPlan plan;
  plan.mutable_manifest()->set_album(album.album());
  plan.mutable_manifest()->set_artist(album.artist());
  for (const auto& [path, source] : sources) *plan.add_sources() = source;
  std::vector<TimedSong> songs;
  for (int i = 0; i < album.songs_size(); ++i) {
    TimedSong& song = songs.emplace_back(TimedSong{Routing(album.songs(i)), {}});
    for (int version = -1; version < album.songs(i).versions_size(); ++version) {
      song.timelines.push_back(ResolveTimeline(album, i, version, sources, findings));
    }
  }
  if (HasErrors(findings)) return plan;
  JobList jobs(plan);
  for (int i = 0; i < album.songs_size(); ++i) {
    const Timeline& main = songs[i].timelines.front();
    DoubtMonoStems({album, songs[i].routing, main}, i, findings);
    *plan.mutable_manifest()->add_songs() = FactsOf(album.songs(i), i + 1, main);
    PlanSong(album, i, songs[i], jobs, plan);
  }
  CheckSize(plan, findings);
  AssignPaths(plan);
  NameProofs(plan);
  return plan;
}

}  // namespace trackout
