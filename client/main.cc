// trackout: makes the deliverables of an album. Parses the command line, starts the command, waits.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <thread>

#include "client/commands.h"
#include "core/limits.h"
#include "core/text.h"

namespace {

std::atomic<bool> stop = false;
volatile std::sig_atomic_t stop_signal = 0;
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void OnSignal(int signal) {
  stop_signal = signal;
  stop = true;
}

// A song may have some hundred tracks, each a file of its own.
void AllowManyFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What was wrong with the command line; --help is an error to the parser, and none to us.
trackout::ExitCode TellUsage(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const bool is_command = std::find(names.begin(), names.end(), first) != names.end();
  if (first.empty() || first.starts_with('-') || is_command) {
    return app.exit(error) == 0 ? trackout::kDone : trackout::kUsage;
  }
  std::fprintf(stderr, "trackout: no command is called %s%s\n", trackout::Quoted(first).c_str(),
               trackout::DidYouMean(first, names).c_str());
  return trackout::kUsage;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace trackout;
  CLI::App app(
      "trackout makes the deliverables of an album: tracks, stems, mixes, and the proof that they add up.");
  app.require_subcommand(1);
  app.fallthrough(false);
  AlbumOptions album;
  RenderOptions render;
  render.workers = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostWorkers);
  render.block_frames = kBlockFrames;
  std::string package;
  bool json = false, allow_solo = false, replace = false;
  const auto add_album = [&](CLI::App* command) {
    command->add_option("ALBUM", album.album, "The album's spec, album.yaml")->required();
    command->add_flag("--json", json, "Print the result as JSON");
    command->add_flag("--allow-solo", allow_solo, "Let solos mute what does not feed the soloed");
    return command;
  };
  CLI::App* check =
      add_album(app.add_subcommand("check", "Say what is wrong or doubtful in an album; render nothing"));
  CLI::App* plan = add_album(app.add_subcommand("plan", "List every file that will be made"));
  CLI::App* rendering = add_album(app.add_subcommand("render", "Render an album into a package"));
  rendering->add_option("--out", render.out, "The folder in which the package is made")->required();
  rendering->add_flag("--replace", replace,
                      "Replace the package of another album, or another state of this one");
  rendering->add_option("--workers", render.workers, "Threads that render (default: one for each core)")
      ->check(CLI::Range(1, kMostWorkers));
  std::string bundle = "song";
  rendering->add_option("--bundle", bundle, "Whole songs, or job by job (song, job); the bytes are the same")
      ->check(CLI::IsMember({"song", "job"}));
  rendering
      ->add_option("--block", render.block_frames,
                   "Frames that are rendered at a time; the bytes are the same")
      ->check(CLI::Range(kFewestBlockFrames, kMostBlockFrames));
  CLI::App* verify =
      app.add_subcommand("verify", "Verify a package: checksums, formats, lengths, the sum of the stems");
  verify->add_option("PACKAGE", package, "The package's folder")->required();
  verify->add_flag("--json", json, "Print the result as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return TellUsage(app, error, argc > 1 ? argv[1] : "");
  }
  album.output = json ? Output::kJson : Output::kTable;
  album.solo = allow_solo ? Solo::kAllow : Solo::kRefuse;
  render.bundling = bundle == "job" ? Bundling::kJob : Bundling::kSong;
  render.existing = replace ? Existing::kReplace : Existing::kKeep;
  AllowManyFiles();
  // A closed pipe or a bound on file sizes is an error of a write, not an end without clearing up.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  struct sigaction on_signal {};  // without SA_RESTART: what waits, gives up
  on_signal.sa_handler = OnSignal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &on_signal, nullptr);
  const ExitCode code = *check       ? CheckCommand(album, stop)
                        : *plan      ? PlanCommand(album, stop)
                        : *rendering ? RenderCommand(album, render, stop)
                                     : VerifyCommand(package, album.output, stop);
  if (stop_signal == 0) return code;
  std::signal(stop_signal, SIG_DFL);  // what was under way has been removed; now end as the signal says
  return std::raise(stop_signal);
}
