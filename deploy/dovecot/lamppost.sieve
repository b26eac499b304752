# Mail that the milter marked goes to Junk. X-Junk-Reason is ours: the milter takes out what others
# write under that name, so nobody outside can hide a message in Junk by it.
require ["fileinto", "mailbox"];

if allof (
    header :is "X-Spam-Flag" "YES",
    header :contains "X-Junk-Reason" "spoof"
) {
    fileinto :create "Junk";
    stop;
}
