#include "tests/farm/studio.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <sstream>
#include <thread>

namespace trackout::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSmallAlbum = R"(album: Night Trains
artist: Open Rails Ensemble
deliver:
  - stems: {}
  - mixes: [master, instrumental]
  - tracks: {}
songs:
  - title: One
    buses:
      - {name: Drums, role: drums}
    tracks:
      - {name: Kick, file: kick.wav, bus: Drums, pan: -20}
      - {name: Room, file: room.wav, bus: Drums, fader: -3}
      - {name: Voice, file: voice.wav, role: lead_vocal}
)";

std::vector<std::string> Command(std::vector<std::string> command, const std::vector<std::string>& options) {
  command.insert(command.end(), options.begin(), options.end());
  return command;
}

uint64_t SeedOf(const std::string& file) {
  uint64_t seed = 1469598103934665603u;
  for (const char c : file) seed = (seed ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return seed;
}

}  // namespace

Studio::Studio() {
  fs::create_directory(folder_ / "session");
}

void Studio::Record(const std::string& file, int channels, double seconds, double level,
                    int sample_rate) const {
  const auto frames = static_cast<int64_t>(std::llround(seconds * sample_rate));
  const std::string path = folder_ / ("session/" + file);
  fs::create_directories(fs::path(path).parent_path());
  WriteWav(path, Wav(Format::BITS_24), channels, sample_rate, Noise(frames * channels, level, SeedOf(file)));
}

void Studio::WriteAlbum(const std::string& text) const {
  folder_.Write("session/album.yaml", text);
}

void Studio::SmallAlbum() const {
  Record("kick.wav", 1);
  Record("room.wav", 2);
  Record("voice.wav", 1);
  WriteAlbum(kSmallAlbum);
}

Ended Studio::Check(const std::vector<std::string>& options) const {
  return Trackout(Command({"check", album()}, options));
}

Ended Studio::Plan(const std::vector<std::string>& options) const {
  return Trackout(Command({"plan", album()}, options));
}

Ended Studio::Render(const std::vector<std::string>& options) const {
  return RenderTo(out(), options);
}

Ended Studio::RenderTo(const std::string& out, const std::vector<std::string>& options) const {
  return Trackout(Command({"render", album(), "--out", out}, options));
}

Ended Studio::Verify(const std::string& package, const std::vector<std::string>& options) const {
  return Trackout(Command({"verify", package}, options));
}

std::string Studio::Copy(const std::string& package, const std::string& to) const {
  fs::create_directories(fs::path(folder_ / to).parent_path());
  fs::copy(package, folder_ / to, fs::copy_options::recursive);
  return folder_ / to;
}

Ended Shell(const std::string& line) {
  return Run({"sh", "-c", line});
}

std::string Jq(const std::string& filter, const std::string& path) {
  const Ended ended = Run({"jq", "-r", filter, path});
  EXPECT_EQ(0, ended.exit_code) << filter << "\n" << ended.err;
  return ended.out;
}

bool IsJson(const std::string& text) {
  const Folder folder;
  return Run({"jq", "-e", "--slurp", "length == 1", folder.Write("text.json", text)}).exit_code == 0;
}

std::map<std::string, std::string> DigestsOf(const std::string& folder) {
  const Ended ended =
      Shell("cd '" + folder + "' && find . -type f -print0 | sort -z | xargs -0 -r sha256sum");
  EXPECT_EQ(0, ended.exit_code) << ended.err;
  std::map<std::string, std::string> digests;
  for (const std::string& line : Lines(ended.out)) digests[line.substr(68)] = line.substr(0, 64);
  return digests;
}

std::vector<std::string> NamesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool WaitUntil(const std::function<bool()>& is_true, double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!is_true()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

void ExpectChecksumsHold(const std::string& package) {
  const Ended payload = Shell("cd '" + package + "' && sha256sum --strict --quiet -c manifest-sha256.txt");
  EXPECT_EQ(0, payload.exit_code) << payload.out << payload.err;
  const Ended tags = Shell("cd '" + package + "' && sha256sum --strict --quiet -c tagmanifest-sha256.txt");
  EXPECT_EQ(0, tags.exit_code) << tags.out << tags.err;
}

}  // namespace trackout::test
