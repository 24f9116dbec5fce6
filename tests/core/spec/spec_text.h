// Albums as text, for tests: what the reader makes of them, and what it tells of them.
#pragma once

#include <string>
#include <vector>

#include "core/spec/spec_reader.h"
#include "gtest/gtest.h"

namespace trackout::test {

// Every finding as a person reads it: `album.yaml:7:9: ...`.
inline std::vector<std::string> Told(const std::string& text, Solo solo = Solo::kRefuse) {
  std::vector<std::string> told;
  for (const Finding& finding : ReadSpecText("album.yaml", text, solo).findings)
    told.push_back(Describe(finding));
  return told;
}

// An album that wants its master mix; `songs` begins in line 5.
inline std::string AlbumOf(const std::string& songs) {
  return "album: A\nartist: B\ndeliver: [{mixes: [master]}]\nsongs:\n" + songs;
}

// An album of one song; what it has besides its title begins in line 6, in column 5.
inline std::string SongOf(const std::string& lines) {
  std::string song = "  - title: One\n";
  for (size_t at = 0; at < lines.size();) {
    const size_t end = std::min(lines.find('\n', at), lines.size());
    song += "    " + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return AlbumOf(song);
}

// An album of one track; more of its keys begin in line 7, column 35.
inline std::string TrackOf(const std::string& keys) {
  return SongOf("tracks:\n  - {name: Kick, file: k.wav, " + keys + "}");
}

// An album that must be right, read.
inline Album Read(const std::string& text, Solo solo = Solo::kRefuse) {
  const Spec spec = ReadSpecText("album.yaml", text, solo);
  for (const Finding& finding : spec.findings) {
    if (finding.severity() == Finding::error) ADD_FAILURE() << Describe(finding);
  }
  return spec.album;
}

inline Song ReadSong(const std::string& lines, Solo solo = Solo::kRefuse) {
  const Album album = Read(SongOf(lines), solo);
  return album.songs().empty() ? Song() : album.songs(0);
}

}  // namespace trackout::test
