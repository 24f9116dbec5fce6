// An album of two songs with everything that the mixer has, written down once as data: as album.yaml for
// trackout, and as commands for SoX, which mixes the same tracks again. Gains and pans for SoX come from the
// formulas of spec.md, in long double; no code of the product has a part in them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace trackout::test {

struct ClipCase {
  std::string file;
  int64_t start = 0, offset = 0, length = 0;  // frames
  double gain_db = 0;
};

struct TrackCase {
  std::string name;
  std::string bus;  // empty: the master
  int channels = 1;
  std::vector<ClipCase> clips;  // one that starts at 0 without offset and gain is written as `file`
  double fader_db = 0;
  double pan = 0;
  std::string pan_law = {};  // empty: the album's
  bool is_inverted = false;
  bool is_muted = false;
};

struct BusCase {
  std::string name;
  std::string role;
  std::string bus;
  double fader_db = 0;
  double pan = 0;
};

// A mix: how the spec asks for it, and the level of a track in it; nullopt where it leaves the track out.
struct MixCase {
  std::string name;
  std::string yaml;
  std::function<std::optional<double>(const TrackCase&)> level_db;
};

struct SongCase {
  std::string title;
  std::string folder;
  int sample_rate = 0;
  int64_t frames = 0;
  double master_db = 0;
  std::vector<BusCase> buses;
  std::vector<TrackCase> tracks;
  std::vector<MixCase> mixes;
  std::string deliver;  // YAML of the entries beside the mixes; empty: the album's

  const TrackCase& TrackNamed(const std::string& name) const;
  // The bus that feeds the master on the track's way; "Other" where the track feeds it directly.
  std::string StemOf(const TrackCase& track) const;
};

inline constexpr const char* kAlbumPanLaw = "-4.5dB";

std::vector<SongCase> TwoSongs();
std::string AlbumText(const std::vector<SongCase>& songs);

// Makes the sources below `folder`: WAV of 24 bits and float, FLAC of 16 and 24 bits, AIFF.
void RecordSources(const std::string& folder);

// What SoX makes of some tracks, with levels beside their own, in 24 bits without dither. Returns the path.
class SoxMixer {
 public:
  // `sources` is the album's folder, `work` one for what is made.
  SoxMixer(const SongCase& song, std::string sources, std::string work);
  std::string Mix(const std::string& name,
                  const std::function<std::optional<double>(const TrackCase&)>& level_db) const;
  // The track alone, with its clips' gains and nothing else.
  std::string Raw(const TrackCase& track) const;

 private:
  std::string PlacedClip(const TrackCase& track, size_t clip) const;
  void Remix(const std::vector<std::string>& inputs, const std::vector<std::string>& outs,
             const std::string& path) const;

  const SongCase& song_;
  const std::string sources_;
  const std::string work_;
};

}  // namespace trackout::test
