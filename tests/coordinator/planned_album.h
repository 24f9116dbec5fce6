// Albums planned from their text, with sources that nobody recorded.
#pragma once

#include <string>
#include <vector>

#include "coordinator/planner/planner.h"
#include "core/spec/spec_reader.h"
#include "gtest/gtest.h"
#include "tests/support/recorded_source.h"

namespace trackout::test {

inline Source Recorded(const std::string& path, int channels, int sample_rate, int64_t frames) {
  Source source = RecordedSource(path, path, frames);
  source.set_channels(channels);
  source.set_sample_rate(sample_rate);
  return source;
}

// An album and what was recorded for it: what is not said otherwise is 1000 frames of mono at 48 kHz.
struct PlannedAlbum {
  Album album;
  Sources sources;
  std::vector<Finding> findings;

  explicit PlannedAlbum(const std::string& text, const std::vector<Source>& recorded = {},
                        Solo solo = Solo::kRefuse) {
    const Spec spec = ReadSpecText("album.yaml", text, solo);
    for (const Finding& finding : spec.findings) {
      if (finding.severity() == Finding::error) ADD_FAILURE() << Describe(finding);
    }
    album = spec.album;
    for (const Source& source : recorded) sources[source.path()] = source;
    for (const SourceUse& use : SourceUses(album))
      sources.emplace(use.path, Recorded(use.path, 1, 48000, 1000));
  }

  RenderPlan Plan() { return PlanAlbum(album, sources, findings); }

  // Messages of the findings, warnings marked.
  std::vector<std::string> Told() const {
    std::vector<std::string> told;
    for (const Finding& finding : findings) {
      told.push_back((finding.severity() == Finding::warning ? "warning: " : "") + finding.place() + ": " +
                     finding.message());
    }
    return told;
  }
};

inline RenderPlan PlanOf(const std::string& text, const std::vector<Source>& recorded = {}) {
  PlannedAlbum album(text, recorded);
  RenderPlan plan = album.Plan();
  for (const Finding& finding : album.findings) {
    if (finding.severity() == Finding::error) ADD_FAILURE() << finding.message();
  }
  return plan;
}

inline std::string AlbumText(const std::string& deliver, const std::string& songs) {
  return "album: Night Trains\nartist: B\ndeliver: [" + deliver + "]\nsongs:\n" + songs;
}

// Every file's path below data/, in order.
inline std::vector<std::string> PathsOf(const RenderPlan& plan) {
  std::vector<std::string> paths;
  for (const PlannedFile& file : plan.files()) paths.push_back(file.file().path());
  return paths;
}

inline const RenderJob* FindJob(const RenderPlan& plan, const std::string& key) {
  for (const PlannedJob& job : plan.jobs()) {
    if (job.key() == key) return &job.job();
  }
  return nullptr;
}

inline std::vector<const RenderJob*> JobsOf(const RenderPlan& plan, RenderJob::WorkCase work) {
  std::vector<const RenderJob*> jobs;
  for (const PlannedJob& job : plan.jobs()) {
    if (job.job().work_case() == work) jobs.push_back(&job.job());
  }
  return jobs;
}

}  // namespace trackout::test
