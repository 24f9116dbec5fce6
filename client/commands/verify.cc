// trackout verify.
#include "client/package/verify.h"

#include "client/commands.h"
#include "client/commands/speech.h"
#include "client/tables.h"
#include "core/json.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {

ExitCode VerifyCommand(const std::string& package, Output output, const std::atomic<bool>& stop) {
  const absl::StatusOr<VerifyReport> report = VerifyPackage(package, Cores(), stop);
  if (!report.ok()) return Fail(kAlbumWrong, report.status());
  std::string text;
  for (const VerifyReport::Problem& problem : report->problems()) {
    text += fmt::format("{}: {}\n", Printable(problem.path()), Printable(problem.message()));
  }
  for (const Proof& proof : report->proofs()) {
    // What only the render had is not there to be measured again.
    if (proof.of().starts_with("print:")) text += "as rendered, ";
    text += ProofLine(proof);
  }
  text += fmt::format("{}: {}, {}: {}\n", Printable(package), Counted(report->files(), "file"),
                      Counted(report->problems_size(), "problem"), report->verdict());
  return GiveResult(output == Output::kJson ? ToJson(*report) : text,
                    report->verdict() == "passed" ? kDone : kProofFailed);
}

}  // namespace trackout
