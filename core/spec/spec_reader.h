// Reads album.yaml: the text, the message it describes, and what is wrong in it, with line and column.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/spec/album_check.h"
#include "core/spec/message_filler.h"
#include "proto/album.pb.h"

namespace trackout {

// An album as it was read. `album` is whole only where `findings` has no error; else it has what could be
// read.
struct Spec {
  std::string path;  // as it was named
  std::string text;
  Album album;
  Positions positions;
  std::vector<Finding> findings;
};

// Reads and checks. A Status only where the file cannot be read at all: NotFound, or InvalidArgument for
// a folder; everything else is a finding.
absl::StatusOr<Spec> ReadSpec(const std::string& path, Solo solo);

// The same of a text; `path` is what messages call it.
Spec ReadSpecText(const std::string& path, std::string text, Solo solo);

// Gives findings that have only a place their file, line and column, and sorts all by line.
void Locate(const Spec& spec, std::vector<Finding>& findings);

// `album.yaml:14:9: error: track "Kik": no bus "Drumz"`, without `error: ` for an error.
std::string Describe(const Finding& finding);

}  // namespace trackout
