// trackout: makes the deliverables of an album. Parses the command line, starts the command, waits.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <thread>

#include "client/commands.h"
#include "core/limits.h"
#include "core/rpc/channel.h"
#include "core/text.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"
#include "worker/dsp/isa.h"

namespace trackout {
namespace {

std::atomic<bool> stop = false;
volatile std::sig_atomic_t stop_signal = 0;
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void OnSignal(int signal) {
  stop_signal = signal;
  stop = true;
}

// What the command line says, and the commands that it may name.
struct CommandLine {
  CLI::App app{
      "trackout makes the deliverables of an album: tracks, stems, mixes, and the proof that they add up."};
  AlbumOptions album;
  RenderOptions render;
  SubmitOptions submit;
  OrderOptions order;
  std::string package;
  std::string worker;
  std::string farm;
  std::map<const CLI::App*, std::function<ExitCode()>> commands;

  CLI::App* Add(const std::string& name, const std::string& what, std::function<ExitCode()> run) {
    CLI::App* command = app.add_subcommand(name, what);
    commands[command] = std::move(run);
    return command;
  }
};

void AddJson(CLI::App* command, Output& output) {
  command->add_flag_callback(
      "--json", [&output] { output = Output::kJson; }, "Print the result as JSON");
}

void AddAlbum(CLI::App* command, AlbumOptions& album) {
  command->add_option("ALBUM", album.album, "The album's spec, album.yaml")->required();
  AddJson(command, album.output);
  command->add_flag_callback(
      "--allow-solo", [&album] { album.solo = Solo::kAllow; },
      "Let solos mute what does not feed the soloed");
  command->add_flag_callback(
      "--no-memory", [&album] { album.remembering = Remembering::kNo; },
      "Look at every source again, and do not remember what was found");
}

CLI::Option* AddOut(CLI::App* command, std::string& out, Existing& existing) {
  command->add_flag_callback(
      "--replace", [&existing] { existing = Existing::kReplace; },
      "Replace the package of another album, or another state of this one");
  return command->add_option("--out", out, "The folder in which the package is made");
}

void AddBundle(CLI::App* command, Bundling& bundling) {
  const std::map<std::string, Bundling> words{{"song", BUNDLING_SONG}, {"job", BUNDLING_JOB}};
  command
      ->add_option_function<std::string>(
          "--bundle", [&bundling, words](const std::string& word) { bundling = words.at(word); },
          "Whole songs, or job by job (song, job; default: as the farm thinks best); the bytes are the same")
      ->check(CLI::IsMember(words));
}

void AddIsa(CLI::App* command) {
  std::vector<std::string> names;
  for (const dsp::Isa isa : dsp::AvailableIsas()) names.emplace_back(dsp::NameOf(isa));
  command
      ->add_option_function<std::string>(
          "--isa", [](const std::string& name) { dsp::UseIsa(name); },
          "The instructions that render (default: the best of this machine); the bytes are the same")
      ->check(CLI::IsMember(names));
}

void AddFarm(CLI::App* command, std::string& farm) {
  command->add_option(
      "--farm", farm,
      "The coordinator, HOST:PORT, or several with commas between them (default: TRACKOUT_FARM)");
}

void AddOrder(CLI::App* command, CommandLine& line) {
  command->add_option("ORDER", line.order.order, "The order's id, as submit printed it")->required();
  AddJson(command, line.order.output);
  AddFarm(command, line.farm);
}

void AddHomeCommands(CommandLine& line) {
  AddAlbum(line.Add("check", "Say what is wrong or doubtful in an album; render nothing",
                    [&line] { return CheckCommand(line.album, stop); }),
           line.album);
  AddAlbum(line.Add("plan", "List every file that will be made",
                    [&line] { return PlanCommand(line.album, stop); }),
           line.album);
  CLI::App* render = line.Add("render", "Render an album into a package",
                              [&line] { return RenderCommand(line.album, line.render, stop); });
  AddAlbum(render, line.album);
  AddOut(render, line.render.out, line.render.existing)->required();
  AddBundle(render, line.render.bundling);
  render->add_option("--workers", line.render.workers, "Threads that render (default: one for each core)")
      ->check(CLI::Range(1, kMostWorkers));
  render
      ->add_option("--block", line.render.block_frames,
                   "Frames that are rendered at a time; the bytes are the same")
      ->check(CLI::Range(kFewestBlockFrames, kMostBlockFrames));
  AddIsa(render);
  CLI::App* verify = line.Add("verify", "Verify a package: checksums, formats, lengths, the sum of the stems",
                              [&line] { return VerifyCommand(line.package, line.album.output, stop); });
  verify->add_option("PACKAGE", line.package, "The package's folder")->required();
  AddJson(verify, line.album.output);
}

void AddSubmit(CommandLine& line) {
  CLI::App* submit = line.Add("submit", "Order an album at a farm; print the order's id",
                              [&line] { return SubmitCommand(line.album, line.submit, line.farm, stop); });
  AddAlbum(submit, line.album);
  AddFarm(submit, line.farm);
  AddBundle(submit, line.submit.bundling);
  submit->add_option("--order", line.submit.order,
                     "The order's id (default: derived from the album, so that the same is the same order)");
  submit->add_flag_callback(
      "--wait", [&line] { line.submit.wait = Wait::kUntilEnded; }, "Wait until the order has ended");
  AddOut(submit, line.submit.out, line.submit.existing)
      ->description("Wait, and collect the package into this folder");
}

void AddOrderCommands(CommandLine& line) {
  AddOrder(line.Add("watch", "Show an order until it has ended",
                    [&line] { return WatchCommand(line.order, line.farm, stop); }),
           line);
  AddOrder(line.Add("status", "Show where an order is now",
                    [&line] { return StatusCommand(line.order, line.farm, stop); }),
           line);
  CLI::App* collect = line.Add("collect", "Fetch, verify and put in place the package of an order",
                               [&line] { return CollectCommand(line.order, line.farm, stop); });
  AddOrder(collect, line);
  AddOut(collect, line.order.out, line.order.existing)->required();
  AddOrder(line.Add("cancel", "End an order for good; nothing of it is rendered any more",
                    [&line] { return CancelCommand(line.order, line.farm, stop); }),
           line);
  AddOrder(line.Add("pause", "Hand out no job of an order until it is resumed",
                    [&line] { return PauseCommand(line.order, line.farm, stop); }),
           line);
  AddOrder(line.Add("resume", "Go on with a paused order",
                    [&line] { return ResumeCommand(line.order, line.farm, stop); }),
           line);
}

void AddFarmCommands(CommandLine& line) {
  CLI::App* list = line.Add("list", "List a farm's orders",
                            [&line] { return ListCommand(line.order.output, line.farm, stop); });
  CLI::App* workers = line.Add("workers", "List a farm's workers",
                               [&line] { return WorkersCommand(line.order.output, line.farm, stop); });
  for (CLI::App* command : {list, workers}) {
    AddJson(command, line.order.output);
    AddFarm(command, line.farm);
  }
  CLI::App* drain = line.Add("drain", "Let a worker end what it renders, and then itself", [&line] {
    return DrainCommand(line.worker, line.order.output, line.farm, stop);
  });
  AddJson(drain, line.order.output);
  drain->add_option("WORKER", line.worker, "The worker's name, as trackout workers lists it")->required();
  AddFarm(drain, line.farm);
}

// A song may have some hundred tracks, each a file of its own.
void AllowManyFiles() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// What was wrong with the command line; --help is an error to the parser, and none to us.
ExitCode TellUsage(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  const bool is_command = std::find(names.begin(), names.end(), first) != names.end();
  if (first.empty() || first.starts_with('-') || is_command) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  std::fprintf(stderr, "trackout: no command is called %s%s\n", Quoted(first).c_str(),
               DidYouMean(first, names).c_str());
  return kUsage;
}

// What the embedded farm logs is told by the commands themselves, except for what must not happen; and stdout
// is for results.
void QuietLog() {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("trackout"));
  spdlog::set_level(spdlog::level::critical);
}

void ListenToSignals() {
  // A closed pipe or a bound on file sizes is an error of a write, not an end without clearing up.
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
  struct sigaction on_signal {};  // without SA_RESTART: what waits, gives up
  on_signal.sa_handler = OnSignal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaction(signal, &on_signal, nullptr);
}

}  // namespace
}  // namespace trackout

int main(int argc, char** argv) {
  using namespace trackout;
  QuietRpc();
  CommandLine line;
  line.app.require_subcommand(1);
  line.app.option_defaults()->take_last();
  line.app.fallthrough(false);
  line.render.workers = std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostWorkers);
  line.render.block_frames = kBlockFrames;
  AddHomeCommands(line);
  AddSubmit(line);
  AddOrderCommands(line);
  AddFarmCommands(line);
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return TellUsage(line.app, error, argc > 1 ? argv[1] : "");
  }
  // Not by the parser: it would let the variable speak for every command's option, over the one that was
  // given.
  const char* farm = std::getenv("TRACKOUT_FARM");
  if (line.farm.empty() && farm != nullptr) line.farm = farm;
  if (!line.submit.out.empty()) line.submit.wait = Wait::kUntilEnded;
  AllowManyFiles();
  QuietLog();
  ListenToSignals();
  const ExitCode code = line.commands.at(line.app.get_subcommands().front())();
  if (stop_signal == 0) return code;
  std::signal(stop_signal, SIG_DFL);  // what was under way has been removed; now end as the signal says
  return std::raise(stop_signal);
}
