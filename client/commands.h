// What each command does, from its options to its exit code. Results go to stdout, the rest to stderr.
#pragma once

#include <atomic>
#include <string>

#include "client/embedded_farm.h"
#include "client/exit_code.h"
#include "client/standing.h"
#include "core/spec/album_check.h"

namespace trackout {

enum class Output { kTable, kJson };

struct AlbumOptions {
  std::string album;  // path of album.yaml
  Output output = Output::kTable;
  Solo solo = Solo::kRefuse;
};

struct RenderOptions {
  std::string out;
  Existing existing = Existing::kKeep;
  int workers = 1;
  Bundling bundling = Bundling::kSong;
  int block_frames = 0;
};

// `stop` is set by a signal: the command ends soon, and leaves nothing behind.
ExitCode CheckCommand(const AlbumOptions& options, const std::atomic<bool>& stop);
ExitCode PlanCommand(const AlbumOptions& options, const std::atomic<bool>& stop);
ExitCode RenderCommand(const AlbumOptions& options, const RenderOptions& render, std::atomic<bool>& stop);
ExitCode VerifyCommand(const std::string& package, Output output, const std::atomic<bool>& stop);

}  // namespace trackout
