// A song under the check: what its rooms ask of it, and where they put what they find.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/spec/routing.h"
#include "core/spec/tempo_map.h"
#include "proto/album.pb.h"

namespace trackout {

// Not thread-safe. The album must outlive it. Places begin behind the song (".tracks[3].bus"); those of the
// album's own list with "deliver".
class CheckedSong {
 public:
  CheckedSong(const Album& album, int song_index);

  const Album& album() const { return album_; }
  const Song& song() const { return album_.songs(song_index_); }
  const Routing& routing() const { return routing_; }
  bool has_cycle() const { return !routing_.cycle().empty(); }
  const std::vector<std::string>& bus_names() const { return bus_names_; }
  const std::vector<std::string>& return_names() const { return return_names_; }
  const std::vector<std::string>& track_names() const { return track_names_; }
  std::vector<std::string> NamesOfBusesAndReturns() const;

  // `.tracks[3]`, and `track "Kick"`; of kMaster `.master`, and `master`.
  std::string PlaceOf(int strip) const;
  std::string WhoIs(int strip) const;

  void Error(const std::string& place, const std::string& message) { Add(Finding::error, place, message); }
  void Warning(const std::string& place, const std::string& message) {
    Add(Finding::warning, place, message);
  }
  bool HasErrors() const;
  std::vector<Finding> TakeFindings() { return std::move(findings_); }

  // From when on the bars are known; before that, and where the tempo is wrong, musical times pass.
  void SetTempo(TempoMap tempo) { tempo_ = std::move(tempo); }

  // Tells of a point in time that the song has not: a musical one without a tempo, or a beat that its bar has
  // not. `who` says whose it is: `track "Kick": start`.
  void CheckPoint(const Time& time, const std::string& place, const std::string& who);
  // Tells of a length that is said as a place in bars, or is negative.
  void CheckLength(const Time& time, const std::string& place, const std::string& who);

  // How a stands to b: below 0 where it is before. Nullopt where that is not known: musical times without
  // bars, and samples beside others where the song's rate is not written.
  std::optional<int> Compare(const Time& a, const Time& b) const;
  // Nullopt as above, and for a note's length.
  std::optional<double> SecondsOf(const Time& time) const;

 private:
  void Add(Finding::Severity severity, const std::string& place, const std::string& message);

  const Album& album_;
  const int song_index_;
  const Routing routing_;
  std::vector<std::string> bus_names_, return_names_, track_names_;
  std::optional<TempoMap> tempo_;
  std::vector<Finding> findings_;
};

bool IsNegative(const Time& time);

}  // namespace trackout
