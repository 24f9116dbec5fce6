#include "tests/farm/loopback_farm.h"

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "fmt/format.h"

namespace trackout::test {
namespace {

constexpr double kPatience = 60;  // seconds; a machine that is busy with other tests is slow

std::vector<std::string> Joined(std::vector<std::string> command, const std::vector<std::string>& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

}  // namespace

void LoopbackFarm::StartCoordinator(const std::vector<std::string>& options) {
  const std::string log = folder_ / "coordinator.log";
  const size_t before = Lines(std::filesystem::exists(log) ? ReadFile(log) : "").size();
  const std::string listen = address_.empty() ? "127.0.0.1:0" : address_;
  processes_["coordinator"] = std::make_unique<Process>(
      Joined({ProgramPath("trackout-coordinator"), "--listen", listen, "--data", folder_ / "coordinator"},
             options),
      log);
  const std::string kWord = "listening on ";
  ASSERT_TRUE(WaitUntil(
      [&] {
        const std::vector<std::string> lines = Lines(Log("coordinator"));
        for (size_t i = before; i < lines.size(); ++i) {
          if (!lines[i].starts_with(kWord)) continue;
          address_ = lines[i].substr(kWord.size());
          return true;
        }
        return coordinator().HasEnded();
      },
      kPatience));
  ASSERT_FALSE(coordinator().HasEnded()) << Log("coordinator");
}

void LoopbackFarm::StartWorker(const std::string& name, const std::vector<std::string>& options) {
  processes_[name] =
      std::make_unique<Process>(Joined({ProgramPath("trackout-worker"), "--farm", address_, "--cache",
                                        folder_ / name, "--name", name, "--slots", "1"},
                                       options),
                                folder_ / (name + ".log"));
}

void LoopbackFarm::StartProcess(const std::string& name, const std::vector<std::string>& before,
                                const std::vector<std::string>& command) {
  processes_[name] = std::make_unique<Process>(Joined(before, command), folder_ / (name + ".log"));
}

void LoopbackFarm::StartWorkers(const std::vector<std::string>& names) {
  for (const std::string& name : names) StartWorker(name);
}

void LoopbackFarm::Kill(const std::string& name) {
  processes_.at(name)->Signal(SIGKILL);
  EXPECT_EQ(128 + SIGKILL, processes_.at(name)->Wait()) << Log(name);
}

std::vector<std::string> LoopbackFarm::AtFarmCommand(const std::vector<std::string>& command) const {
  return Joined(Joined({TrackoutPath()}, command), {"--farm", address_});
}

// A farm that has lost its workers would be watched for ever.
Ended LoopbackFarm::AtFarm(const std::vector<std::string>& command) const {
  return test::Run(Joined({"timeout", "200"}, AtFarmCommand(command)));
}

std::string LoopbackFarm::Submit(const std::vector<std::string>& options) const {
  std::string line = "cd / && exec";
  for (const std::string& word : AtFarmCommand(Joined({"submit", album()}, options)))
    line += " '" + word + "'";
  const Ended ended = Shell(line);
  EXPECT_EQ(0, ended.exit_code) << ended.err << Log("coordinator");
  const std::vector<std::string> lines = Lines(ended.out);
  return lines.empty() ? "" : lines[0];
}

int LoopbackFarm::WatchToTheEnd(const std::string& order) const {
  const Ended ended = AtFarm({"watch", order});
  return ended.exit_code;
}

Ended LoopbackFarm::Collect(const std::string& order, const std::vector<std::string>& options) const {
  return AtFarm(Joined({"collect", order, "--out", out()}, options));
}

std::string LoopbackFarm::StateOf(const std::string& order) const {
  const Ended ended = AtFarm({"status", order, "--json"});
  if (ended.exit_code != 0) return ended.err;
  return Lines(Jq(".state", folder_.Write("status.json", ended.out))).at(0);
}

void LoopbackFarm::SlowAlbum(int songs) const {
  Record("kick.wav", 1, 20);
  std::string text =
      "album: Night Trains\nartist: Open Rails Ensemble\n"
      "deliver: [{mixes: [master]}, {stems: {}}, {tracks: {}}]\nsongs:\n";
  for (int song = 1; song <= songs; ++song) {
    text += fmt::format(
        "  - title: Song {}\n    buses: [{{name: A}}, {{name: B}}, {{name: C}}]\n    tracks:\n", song);
    for (int i = 0; i < 60; ++i) {
      text += fmt::format("      - {{name: T{}, bus: {}, pan: {}, clips: [{{file: kick.wav, gain: {}}}]}}\n",
                          i, std::string(1, "ABC"[i % 3]), i - 30, -30 - i * 0.1 - song);
    }
  }
  WriteAlbum(text);
}

std::string LoopbackFarm::Log(const std::string& name) const {
  const std::string path = folder_ / (name + ".log");
  return std::filesystem::exists(path) ? ReadFile(path) : "";
}

std::vector<std::string> LoopbackFarm::WorkerLines(const std::vector<std::string>& words) const {
  std::vector<std::string> found;
  for (const auto& [name, process] : processes_) {
    if (name == "coordinator") continue;
    for (const std::string& line : Lines(Log(name))) {
      if (std::all_of(words.begin(), words.end(),
                      [&](const std::string& word) { return line.find(word) != std::string::npos; }))
        found.push_back(line);
    }
  }
  return found;
}

bool LoopbackFarm::WaitForLog(const std::string& name, const std::string& text, double seconds) const {
  return WaitUntil([&] { return Log(name).find(text) != std::string::npos; }, seconds);
}

std::map<std::string, std::string> LoopbackFarm::RenderedAlone() const {
  const std::string alone = folder_ / "alone";
  const Ended ended = RenderTo(alone);
  EXPECT_EQ(0, ended.exit_code) << ended.err;
  return DigestsOf(alone + "/Night_Trains");
}

}  // namespace trackout::test
