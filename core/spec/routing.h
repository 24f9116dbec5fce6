// How the signals of one song run: who feeds, sends to and listens to whom, what role they have, what is
// heard. Pure questions about a Song whose names have been resolved once.
//
// A strip is a track, a bus or a return. Strips are numbered in the order of the spec, which is that of every
// sum: tracks first, then buses, then returns.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/album.pb.h"

namespace trackout {

inline constexpr int kMaster = -1;
inline constexpr int kNoStrip = -2;

class Routing {
 public:
  struct SendTo {
    int to;  // a return, or kNoStrip where the spec names none
    const SendRequest* request;
  };

  // The song must outlive it. Names that are not there count as the master, or as kNoStrip in a send or a
  // side-chain (the check tells of them). Questions about a song with a cycle are answered as if the strips
  // of the cycle fed the master, sent nothing and listened to nobody; ask cycle() first.
  explicit Routing(const Song& song);

  const Song& song() const { return song_; }
  int strip_count() const { return static_cast<int>(feeds_.size()); }
  int track_count() const { return song_.tracks_size(); }
  bool IsTrack(int strip) const { return strip < song_.tracks_size(); }
  bool IsReturn(int strip) const { return strip >= song_.tracks_size() + song_.buses_size(); }
  const Track& track(int strip) const { return song_.tracks(strip); }
  const Bus& bus(int strip) const;  // a bus or a return
  const std::string& name(int strip) const;

  // The strip with this name. A bus or return: kMaster for an empty name, kNoStrip where there is none.
  int FindTrack(std::string_view name) const;  // kNoStrip where there is none
  int FindBus(std::string_view name) const;    // among buses and returns
  // Where a key takes either: the bus or return is meant, the track where none has this name; `track:NAME`
  // always means the track. kNoStrip where there is none.
  int FindStrip(std::string_view name) const;

  int feed(int strip) const { return feeds_[strip]; }
  const std::vector<SendTo>& sends(int strip) const { return sends_[strip]; }

  // The inserts of a strip, or of kMaster.
  const google::protobuf::RepeatedPtrField<Insert>& inserts(int strip) const;
  // For each insert of a strip, or of kMaster, the strip that it listens to: kNoStrip where it has no
  // detector or no side-chain, or one that names nothing or its own strip.
  const std::vector<int>& sidechains(int strip) const { return sidechains_[strip + 1]; }

  // The strips of a cycle over feeds, sends and side-chains, in order of the signal; empty where there is
  // none.
  const std::vector<int>& cycle() const { return cycle_; }
  // All strips, each behind what feeds it, sends to it or is listened to by its inserts; among those that are
  // free, the lower first.
  const std::vector<int>& order() const { return order_; }

  // Where sound comes from: a track, or a bus or return whose `print` stands in for what feeds it.
  bool IsSource(int strip) const;
  // Whether what `strip` gives to the bus that it feeds runs through `bus` (at any depth; sends do not count;
  // a printed bus on the way stops it). False for bus == strip.
  bool RunsThrough(int strip, int bus) const;
  // The bus that feeds the master on the way of this strip: itself where it is a bus that feeds the master,
  // kMaster for a track that does.
  int TopBus(int strip) const;

  // A track's role, or its bus's, or that of the bus which that one feeds, else ROLE_OTHER.
  Role RoleOf(int strip) const;

  // Muted for good: `mute` and no automation of it.
  bool IsMuted(int strip) const;
  bool HasSolo() const { return has_solo_; }
  // Whether anything of this strip's sound reaches the master: over a way of feeds and sends on which nothing
  // is muted for good; and, where anything is soloed, only if it is soloed, feeds or sends to what is (at any
  // depth), or lies on the way of what is soloed to the master.
  bool IsHeard(int strip) const { return is_heard_[strip]; }

 private:
  std::vector<int> TargetsOf(int strip) const;  // what it feeds, but the master, and sends to
  std::vector<int> UsersOf(int strip) const;    // those, and the strips that listen to it
  void FindFeeds();
  void FindSidechains();
  void ForgetSidechains(int strip);
  std::vector<bool> AroundCycles() const;
  void CutCycles();
  void FindOrder();
  void FindHeard();
  // Where nothing is soloed, all.
  std::vector<bool> AllowedBySolo() const;
  bool HasPrint(int strip) const { return !IsTrack(strip) && !bus(strip).print().empty(); }

  const Song& song_;
  // The first of each name.
  std::unordered_map<std::string_view, int> tracks_;
  std::unordered_map<std::string_view, int> buses_;  // and returns
  std::vector<int> feeds_;
  std::vector<std::vector<SendTo>> sends_;
  std::vector<std::vector<int>> sidechains_;  // of the master, then of each strip
  std::vector<std::vector<int>> listeners_;   // the strips that listen to a strip, once for each insert
  std::vector<int> cycle_;
  std::vector<int> order_;
  std::vector<bool> is_heard_;
  bool has_solo_ = false;
};

// What a name in `without` or `gains` means: a bus, a return, a role, or (as track:NAME) a track.
struct Selection {
  enum class Kind { kNothing, kStrip, kRole };
  Kind kind = Kind::kNothing;
  int strip = kNoStrip;
  Role role = ROLE_UNSPECIFIED;
};
Selection Select(const Routing& routing, std::string_view name);
// Whether a source is meant: it is the strip, or runs through it, or has the role.
bool Includes(const Selection& selection, const Routing& routing, int source);

}  // namespace trackout
