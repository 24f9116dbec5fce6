// What goes through the master: its inserts, its finished print, stems and mixes that listen to it.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/spec/spec_text.h"

namespace trackout {
namespace {

using test::SongOf;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a song with this master and this entry of `deliver`, which stands in line 8.
std::vector<std::string> ToldOf(const std::string& master, const std::string& entry,
                                const std::string& more = "") {
  return Told(SongOf(
      "tracks: [{name: K, file: k.wav, role: lead_vocal}, {name: B, file: b.wav, role: bass}]\nmaster: "
      "{" +
      master + "}\ndeliver: [" + entry + "]\n" + more));
}

constexpr const char* kChain = "inserts: [{type: compressor}, {type: limiter}]";
constexpr const char* kPrint = "print: m.wav";
constexpr const char* kClean = "versions: [{name: Clean, silence: {K: [[0s, 1s]]}}]";

TEST(MasterCheck, KeyedAndAloneAreAccepted) {
  EXPECT_THAT(ToldOf(kChain, "{stems: {master: keyed}}, {stems: {master: alone}}"), IsEmpty());
  EXPECT_THAT(ToldOf(kPrint, "{stems: {master: keyed}}"), IsEmpty());
}

TEST(MasterCheck, WithoutInsertsKeyedAndAloneAreDoubtful) {
  for (const char* word : {"keyed", "alone"}) {
    EXPECT_THAT(ToldOf("", std::string("{stems: {master: ") + word + "}}"),
                ElementsAre(HasSubstr(
                    "album.yaml:8:32: warning: song \"One\": the master has no inserts; the stems are "
                    "as with `master: none`")));
  }
  EXPECT_THAT(ToldOf("", "{stems: {master: none}}"), IsEmpty());
}

TEST(MasterCheck, NoLimiterWantsALimiter) {
  EXPECT_THAT(ToldOf(kChain, "{mixes: [no_limiter]}"), IsEmpty());
  EXPECT_THAT(
      ToldOf("inserts: [{type: compressor}]", "{mixes: [no_limiter]}"),
      ElementsAre(HasSubstr("warning: song \"One\": mix \"no_limiter\": the master has no limiter; it is the "
                            "same as the master")));
}

TEST(MasterCheck, MixesHaveAKey) {
  EXPECT_THAT(
      ToldOf(kChain,
             "{mixes: [{name: instrumental, key: own}, {vocal_up: 0.5, key: full_mix}, {name: acapella, "
             "key: full_mix}]}"),
      IsEmpty());
  EXPECT_THAT(ToldOf(kChain, "{mixes: [{name: instrumental, key: alone}]}"),
              ElementsAre(HasSubstr("key: \"alone\" is none of full_mix, own")));
}

TEST(MasterCheck, AFinishedMasterHasItsInsertsInIt) {
  EXPECT_THAT(ToldOf(std::string(kPrint) + ", " + kChain, "{mixes: [master]}"),
              ElementsAre(HasSubstr(
                  "album.yaml:7:21: song \"One\": master: a finished master (print) has the inserts "
                  "in it; take the inserts out, or the print")));
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [master, premaster, instrumental, {name: acapella, key: full_mix}]}"),
              IsEmpty());
}

TEST(MasterCheck, WhatMadeAFinishedMasterIsNotKnown) {
  EXPECT_THAT(ToldOf(kPrint, "{stems: {master: alone}}"),
              ElementsAre(HasSubstr("no stem goes through it alone; write `keyed`")));
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [{name: instrumental, key: own}]}"),
              ElementsAre(HasSubstr(
                  "mix \"instrumental\": what made the finished master (master.print) is not known, so "
                  "it cannot listen to the mix itself; write `key: full_mix`")));
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [vocal_up]}"), ElementsAre(HasSubstr("write `key: full_mix`")));
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [{vocal_up: 0.5, key: full_mix}]}"), IsEmpty());
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [no_limiter]}"),
              ElementsAre(HasSubstr("the limiter cannot be taken out of a finished master")));
}

TEST(MasterCheck, AFinishedMasterIsOfTheSongItself) {
  EXPECT_THAT(ToldOf(kPrint, "{mixes: [master]}", kClean),
              ElementsAre(HasSubstr(
                  "mix \"master\": the finished master (master.print) is of the song itself, not of "
                  "the version \"Clean\"; write `version: main` here")));
  EXPECT_THAT(ToldOf(kPrint, "{stems: {master: keyed}}", kClean),
              ElementsAre(HasSubstr("stems with `master: keyed`")));
  EXPECT_THAT(ToldOf(kPrint,
                     "{mixes: [master], version: main}, {mixes: [{name: instrumental, version: main}]}, "
                     "{mixes: [premaster]}, {stems: {}}, {tracks: {}}",
                     kClean),
              IsEmpty());
  EXPECT_THAT(ToldOf(kChain, "{mixes: [master]}, {stems: {master: keyed}}", kClean), IsEmpty());
}

}  // namespace
}  // namespace trackout
