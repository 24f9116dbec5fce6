#include "coordinator/package/paths.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "coordinator/package/names.h"
#include "core/limits.h"
#include "core/spec/mix_words.h"
#include "core/text.h"
#include "fmt/format.h"

namespace trackout {
namespace {

// Room for _Effects_Keyed_32f_192000_Stereo_999.wav within kMostNameBytes.
constexpr size_t kSuffixBytes = 40;
constexpr size_t kTakeBytes = 16;   // of a version's or an edit's name
constexpr size_t kTitleBytes = 60;  // of the title before a mix
constexpr size_t kLeastNameBytes = 16;

std::string KindFolder(const std::string& kind) {
  if (kind == "stem") return "Stems";
  if (kind == "mix") return "Mixes";
  return "Tracks";
}

// dry -> Dry
std::string Capital(std::string word) {
  if (!word.empty()) word[0] = static_cast<char>(std::toupper(word[0]));
  return word;
}

// _Clean_30s: the version and the edit, of what is not the song itself at its length.
std::string TakeOf(const File& file) {
  std::string words;
  for (const std::string& name : {file.version(), file.edit()}) {
    if (!name.empty()) words += "_" + SafeName(name, kTakeBytes);
  }
  return words;
}

std::string ChannelsWord(const File& file) {
  switch (file.channels()) {
    case 1:
      return "Mono";
    case 2:
      return "Stereo";
    case 3:
      return "LCR";
    case 4:
      return "Quad";
    case 6:
      return "5.1";
    default:
      return fmt::format("{}ch", file.channels());
  }
}

// The_Fast_Route_Clean_30s_Master
std::string MixName(const File& file, const std::string& song_title) {
  const std::string take = TakeOf(file);
  const size_t room = kMostNameBytes - kSuffixBytes - take.size() - 1;
  const std::string title = SafeName(song_title, std::min(kTitleBytes, room - kLeastNameBytes));
  const MixWord* mix_word = FindMixWord(file.name());
  const std::string name =
      mix_word != nullptr ? std::string(mix_word->file_name) : SafeName(file.name(), room - title.size());
  return fmt::format("{}{}_{}", title, take, name);
}

// 01_Drums_Clean_30s
std::string NumberedName(const File& file, int number) {
  const std::string take = TakeOf(file);
  return fmt::format("{:02}_{}{}", number,
                     SafeName(file.name(), kMostNameBytes - kSuffixBytes - take.size() - 4), take);
}

// A file on its way to a name: what it is called, and what has been added to tell it from others.
struct Naming {
  File* file;
  std::string master;  // of a stem: keyed, alone
  std::string folder;  // 01_Title/Stems
  std::string name;    // 01_Drums, without ending
};

std::string Key(const Naming& naming) {
  return Folded(naming.folder + "/" + naming.name);
}

// What belongs together: the stems or tracks of one form, a mix of one form in all versions and edits.
std::string Family(const Naming& naming) {
  const File& file = *naming.file;
  const bool is_mix = file.kind() == "mix", is_track = file.kind() == "track";
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", naming.folder, file.variant(), naming.master,
                     file.encoding(), file.sample_rate(), is_track ? 0 : file.channels(),
                     is_mix ? file.name() : "");
}

// Adds a word to the files that would bear one name, where the word is not the same for all of them; and to
// the rest of their families, so that a set is named alike.
template <typename WordOfNaming>
void TellApart(std::vector<Naming>& namings, WordOfNaming word_of) {
  std::map<std::string, std::vector<const Naming*>> same;
  for (const Naming& naming : namings) same[Key(naming)].push_back(&naming);
  std::set<std::string> families;
  for (const auto& [key, group] : same) {
    std::set<std::string> words;
    for (const Naming* naming : group) words.insert(word_of(*naming));
    if (words.size() < 2) continue;
    for (const Naming* naming : group) families.insert(Family(*naming));
  }
  for (Naming& naming : namings) {
    const std::string added = word_of(naming);
    if (!added.empty() && families.contains(Family(naming))) naming.name += "_" + added;
  }
}

}  // namespace

std::set<std::string> PackagePaths(const RenderPlan& plan) {
  std::set<std::string> paths{"bagit.txt",           "bag-info.txt",
                              "manifest-sha256.txt", "tagmanifest-sha256.txt",
                              "data/manifest.json",  "data/album.yaml"};
  for (const PlannedFile& planned : plan.files()) paths.insert("data/" + planned.file().path());
  return paths;
}

std::string PackageFolder(const Manifest& manifest) {
  return SafeName(manifest.album(), kMostNameBytes);
}

void AssignPaths(RenderPlan& plan) {
  std::map<int, std::string> title_of, folder_of;
  const int digits = plan.manifest().songs_size() > 99 ? 3 : 2;
  for (const SongFacts& song : plan.manifest().songs()) {
    title_of[song.number()] = SafeName(song.title(), kMostNameBytes - kSuffixBytes);
    folder_of[song.number()] = fmt::format("{:0{}}_{}", song.number(), digits, title_of[song.number()]);
  }
  std::map<std::pair<int, std::string>, std::map<std::string, int>> numbers;  // of a song's kind, by name
  std::vector<Naming> namings;
  for (PlannedFile& planned : *plan.mutable_files()) {
    File& file = *planned.mutable_file();
    Naming naming{&file, planned.master(), folder_of[file.song()] + "/" + KindFolder(file.kind()), ""};
    if (file.kind() == "mix") {
      naming.name = MixName(file, title_of[file.song()]);
    } else {
      auto& number_of = numbers[{file.song(), file.kind()}];
      const int number = number_of.emplace(file.name(), static_cast<int>(number_of.size()) + 1).first->second;
      naming.name = NumberedName(file, number);
    }
    namings.push_back(naming);
  }
  TellApart(namings, [](const Naming& naming) { return Capital(naming.file->variant()); });
  TellApart(namings, [](const Naming& naming) { return Capital(naming.master); });
  TellApart(namings, [](const Naming& naming) { return naming.file->encoding().substr(3); });  // wav24 -> 24
  TellApart(namings, [](const Naming& naming) { return std::to_string(naming.file->sample_rate()); });
  TellApart(namings, [](const Naming& naming) { return ChannelsWord(*naming.file); });
  std::map<std::string, NameBook> books;
  for (Naming& naming : namings) {
    naming.file->set_path(naming.folder + "/" + books[naming.folder].Take(naming.name, ".wav"));
  }
}

}  // namespace trackout
