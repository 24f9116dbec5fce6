// JSON as people's scripts read it; python3's parser is the second reader.
#include "core/json.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/manifest.pb.h"
#include "tests/support/folder.h"
#include "tests/support/process.h"

namespace trackout {
namespace {

using testing::HasSubstr;
using testing::Not;

File MeasuredFile() {
  File file;
  file.set_path("01_One/Stems/01_Drums.wav");
  file.set_size_bytes(5'000'000'000);
  file.set_frames(0);
  file.set_sample_rate(48000);
  file.set_overs(0);
  file.set_peak_dbfs(-std::numeric_limits<double>::infinity());
  return file;
}

// What python says to an expression about the message `m`.
std::string Python(const google::protobuf::Message& message, const std::string& expression) {
  const test::Folder folder;
  const std::string path = folder.Write("m.json", ToJson(message));
  const test::Ended ended = test::Run(
      {"python3", "-c", "import json,sys; m=json.load(open(sys.argv[1])); print(" + expression + ")", path});
  return ended.exit_code == 0 ? ended.out : ended.err;
}

TEST(Json, NamesAreInCamelCase) {
  EXPECT_THAT(ToJson(MeasuredFile()), HasSubstr("\"sampleRate\": 48000"));
  EXPECT_THAT(ToJson(MeasuredFile()), Not(HasSubstr("sample_rate")));
}

TEST(Json, LongIntegersAreStrings) {
  EXPECT_EQ(Python(MeasuredFile(), "repr(m['sizeBytes'])"), "'5000000000'\n");
}

TEST(Json, ZerosArePrinted) {
  EXPECT_EQ(Python(MeasuredFile(), "[m['frames'], m['song'], m['name'], m['overs']]"), "['0', 0, '', '0']\n");
}

TEST(Json, SilenceIsAString) {
  EXPECT_EQ(Python(MeasuredFile(), "m['peakDbfs']"), "-Infinity\n");
  EXPECT_THAT(ToJson(MeasuredFile()), HasSubstr("\"peakDbfs\": \"-Infinity\""));
}

TEST(Json, WhatWasNotMeasuredIsAbsent) {
  EXPECT_EQ(
      Python(MeasuredFile(),
             "sorted({'truePeakDbtp', 'loudnessLufs', 'loudnessRangeLu', 'sha256', 'unused'} & set(m))"),
      "[]\n");
}

TEST(Json, EndsWithALineFeed) {
  EXPECT_TRUE(ToJson(MeasuredFile()).ends_with("}\n"));
  EXPECT_FALSE(ToJson(MeasuredFile()).ends_with("\n\n"));
}

TEST(Json, ComesBackAsItWas) {
  File back;
  ASSERT_TRUE(FromJson(ToJson(MeasuredFile()), back).ok());
  EXPECT_EQ(back.DebugString(), MeasuredFile().DebugString());
  EXPECT_TRUE(back.has_overs());
  EXPECT_FALSE(back.has_unused());
}

TEST(Json, NamesOfANewerVersionArePassedOver) {
  File file;
  ASSERT_TRUE(FromJson(R"({"path": "a.wav", "colour": {"deep": [1, 2]}})", file).ok());
  EXPECT_EQ(file.path(), "a.wav");
}

TEST(Json, WhatIsNoJsonIsRefused) {
  for (const char* text : {"", "{", "[]", "{\"frames\": \"many\"}", "RIFF"}) {
    File file;
    EXPECT_EQ(FromJson(text, file).code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Json, TitlesInAnyScriptStayReadable) {
  Manifest manifest;
  manifest.set_album("Nächte \"im\" 夜🥁");
  EXPECT_EQ(Python(manifest, "m['album']"), "Nächte \"im\" 夜🥁\n");
}

}  // namespace
}  // namespace trackout
