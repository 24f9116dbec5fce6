// A song's mixer, and prints of it written on one line.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/planner/prints/prints.h"
#include "core/digest.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "gtest/gtest.h"
#include "tests/coordinator/planned_album.h"

namespace trackout::test {

// The first song of an album. Buses and returns that have no fader are given one each, by which prints know
// them.
class MixedSong {
 public:
  explicit MixedSong(const std::string& songs, const std::vector<Source>& recorded = {})
      : album_(AlbumText("{mixes: [master]}", songs), recorded, Solo::kAllow) {
    Name();
  }

  Song& song() { return *album_.album.mutable_songs(0); }
  Album& album() { return album_.album; }
  std::vector<Finding>& findings() { return album_.findings; }

  // Records a source that the album did not name when it was read.
  void Record(const std::string& path, int channels = 1) {
    album_.sources[path] = Recorded(path, channels, 48000, 1000);
  }

  // Of the song as it stands now; good until the next call.
  const Mixer& mixer(int version = -1) {
    routing_ = std::make_unique<Routing>(song());
    timeline_ = std::make_unique<Timeline>(
        ResolveTimeline(album_.album, 0, version, album_.sources, album_.findings));
    for (const Finding& finding : album_.findings) {
      if (finding.severity() == Finding::error) ADD_FAILURE() << finding.message();
    }
    mixer_ = std::make_unique<Mixer>(Mixer{album_.album, *routing_, *timeline_});
    return *mixer_;
  }

  // "kick>Kit+Verb Kit>master Verb>-": strips in order, what each feeds and sends to (pre-fader with a !).
  std::string Written(const Print& print) const { return Written(print.strips()); }
  std::string Written(const google::protobuf::RepeatedPtrField<Strip>& strips) const {
    std::vector<std::string> names;
    for (const Strip& strip : strips) names.push_back(NameOf(strip));
    std::vector<std::string> parts;
    for (int i = 0; i < strips.size(); ++i) {
      const int feeds = strips[i].feeds();
      std::string part = names[i] + ">" + (feeds >= 0 ? names.at(feeds) : feeds == -1 ? "master" : "-");
      for (const Send& send : strips[i].sends())
        part += (send.pre_fader() ? "+!" : "+") + names.at(send.to());
      parts.push_back(part);
    }
    return fmt::format("{}", fmt::join(parts, " "));
  }

  // With their levels: "... at 1 dB", "... inverted".
  std::vector<std::string> Written(const std::vector<PrintTerm>& terms) const {
    std::vector<std::string> written;
    for (const PrintTerm& term : terms) {
      written.push_back(Written(term.print) +
                        (term.gain_db == 0 ? "" : fmt::format(" at {} dB", term.gain_db)) +
                        (term.inverted ? " inverted" : ""));
    }
    return written;
  }

 private:
  void Name() {
    int number = 0;
    for (auto* buses : {song().mutable_buses(), song().mutable_returns()}) {
      for (Bus& bus : *buses) {
        ++number;
        if (bus.fader() == 0) bus.set_fader(-number - 0.125);
        bus_of_[bus.fader()] = bus.name();
      }
    }
  }

  std::string NameOf(const Strip& strip) const {
    if (!strip.has_playlist()) return bus_of_.at(strip.fader_db());
    for (const Region& region : strip.playlist().regions()) {
      for (const auto& [path, source] : album_.sources) {
        if (SameDigest(source.digest(), region.source())) return path;
      }
    }
    return "nothing";
  }

  PlannedAlbum album_;
  std::map<double, std::string> bus_of_;
  std::unique_ptr<Routing> routing_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<Mixer> mixer_;
};

}  // namespace trackout::test
