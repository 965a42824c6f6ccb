(function(){
var root=document.documentElement,b=document.getElementById("theme");
try{var t=localStorage.getItem("theme");if(t)root.dataset.theme=t}catch(e){}
function dark(){return root.dataset.theme?root.dataset.theme==="dark":matchMedia("(prefers-color-scheme: dark)").matches}
function label(){b.textContent=dark()?"Light":"Dark";b.setAttribute("aria-label","Switch to "+(dark()?"light":"dark")+" colours")}
if(b){b.hidden=false;label();b.addEventListener("click",function(){root.dataset.theme=dark()?"light":"dark";label();try{localStorage.setItem("theme",root.dataset.theme)}catch(e){}})}
var f=document.getElementById("filters");
if(f){f.hidden=false;var v=document.getElementById("by-verdict"),h=document.getElementById("by-theme"),n=document.getElementById("shown");
function count(kind){return document.querySelectorAll(kind+":not([hidden])").length+" of "+document.querySelectorAll(kind).length}
function apply(){document.querySelectorAll(".card").forEach(function(e){
e.hidden=!((!v.value||e.dataset.verdict===v.value)&&(!h.value||e.dataset.theme===h.value))});
document.querySelectorAll(".theme").forEach(function(s){s.hidden=!s.querySelector(".card:not([hidden])")});
n.textContent=count(".card:not(.opinion)")+" claims shown"+(document.querySelector(".opinion")?", "+count(".card.opinion")+" sentences of opinion":"")}
v.addEventListener("change",apply);h.addEventListener("change",apply);f.addEventListener("reset",function(){setTimeout(apply)});apply()}
document.querySelectorAll("[data-copy]").forEach(function(c){c.hidden=false;var words=c.textContent;
c.addEventListener("click",function(){var p=document.getElementById(c.dataset.copy);
function said(ok){c.textContent=ok?"Copied":"Select and copy by hand";setTimeout(function(){c.textContent=words},2000)}
function old(){var r=document.createRange();r.selectNodeContents(p);var s=getSelection();s.removeAllRanges();s.addRange(r);said(document.execCommand("copy"))}
if(navigator.clipboard)navigator.clipboard.writeText(p.textContent).then(function(){said(true)},old);else old()})});
function unfold(){var e=location.hash.length>1&&document.getElementById(decodeURIComponent(location.hash.slice(1)));
for(var p=e;p;p=p.parentElement)if(p.tagName==="DETAILS")p.open=true;if(e)e.scrollIntoView()}
addEventListener("hashchange",unfold);unfold();
document.querySelectorAll("[popover] a").forEach(function(a){a.addEventListener("click",function(){var p=a.closest("[popover]");if(p.hidePopover)p.hidePopover()})});
})();
