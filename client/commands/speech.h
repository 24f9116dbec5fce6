// How every command speaks: results to stdout, what is wrong and what goes on to stderr.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/commands.h"
#include "client/exit_code.h"
#include "proto/album.pb.h"

namespace trackout {

// Writes a result. Results must arrive: a full disk behind stdout is an error.
ExitCode GiveResult(const std::string& text, ExitCode code);

// Where stderr is closed, nobody wanted to know.
void Say(const std::string& text);

// Says what is wrong, and gives the code back.
ExitCode Fail(ExitCode code, const absl::Status& status);

// The first of them; more than a screen of errors helps nobody.
std::string FindingsText(const std::vector<Finding>& findings);

// Threads for what the processor does.
int Cores();

}  // namespace trackout
