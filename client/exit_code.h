// How a command ends. Scripts rely on the numbers.
#pragma once

namespace trackout {

enum ExitCode : int {
  kDone = 0,
  kAlbumWrong = 1,       // the album or a source is wrong, or the file is not there
  kUsage = 2,            // the command line is wrong, or the order unknown, or --out is not usable
  kFarmUnreachable = 3,  // from the beginning, or for longer than it is waited for
  kProofFailed = 4,      // a proof or a verification
  kRenderFailed = 5,     // disk full, poisoned job, order canceled
};

}  // namespace trackout
