// What each command does, from its options to its exit code. Results go to stdout, the rest to stderr. The
// commands themselves are in commands/, a file for each family.
#pragma once

#include <atomic>
#include <string>

#include "client/exit_code.h"
#include "client/package/standing.h"
#include "core/spec/album_check.h"
#include "proto/orders.pb.h"

namespace trackout {

enum class Output { kTable, kJson };

// Whether what is known of the sources from earlier runs counts.
enum class Remembering { kYes, kNo };

struct AlbumOptions {
  std::string album;  // path of album.yaml
  Output output = Output::kTable;
  Solo solo = Solo::kRefuse;
  Remembering remembering = Remembering::kYes;
};

struct RenderOptions {
  std::string out;
  Existing existing = Existing::kKeep;
  int workers = 1;
  Bundling bundling = BUNDLING_SONG;  // one machine shares its disk: splitting a song pays over several
  int block_frames = 0;
};

enum class Wait { kNo, kUntilEnded };

struct SubmitOptions {
  std::string order;  // empty: derived from what is submitted
  Bundling bundling = BUNDLING_FARM;
  Wait wait = Wait::kNo;
  std::string out;  // not empty: waits, and collects
  Existing existing = Existing::kKeep;
};

// An order, and where it is collected to.
struct OrderOptions {
  std::string order;
  Output output = Output::kTable;
  std::string out;
  Existing existing = Existing::kKeep;
};

// In this process. `stop` is set by a signal: the command ends soon, and leaves nothing behind.
ExitCode CheckCommand(const AlbumOptions& options, const std::atomic<bool>& stop);
ExitCode PlanCommand(const AlbumOptions& options, const std::atomic<bool>& stop);
ExitCode RenderCommand(const AlbumOptions& options, const RenderOptions& render,
                       const std::atomic<bool>& stop);
ExitCode VerifyCommand(const std::string& package, Output output, const std::atomic<bool>& stop);

// At the farm of these addresses (empty: nobody named one). A stop ends the command, not the order.
ExitCode SubmitCommand(const AlbumOptions& options, const SubmitOptions& submit, const std::string& farm,
                       const std::atomic<bool>& stop);
ExitCode WatchCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode CollectCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode ListCommand(Output output, const std::string& farm, const std::atomic<bool>& stop);
ExitCode StatusCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode CancelCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode PauseCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode ResumeCommand(const OrderOptions& options, const std::string& farm, const std::atomic<bool>& stop);
ExitCode WorkersCommand(Output output, const std::string& farm, const std::atomic<bool>& stop);
ExitCode DrainCommand(const std::string& worker, Output output, const std::string& farm,
                      const std::atomic<bool>& stop);

}  // namespace trackout
