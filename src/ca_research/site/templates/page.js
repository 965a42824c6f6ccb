(function(){
var root=document.documentElement,b=document.getElementById("theme");
try{var t=localStorage.getItem("theme");if(t)root.dataset.theme=t}catch(e){}
function dark(){return root.dataset.theme?root.dataset.theme==="dark":matchMedia("(prefers-color-scheme: dark)").matches}
function label(){b.textContent=dark()?"Light":"Dark";b.setAttribute("aria-label","Switch to "+(dark()?"light":"dark")+" colours")}
if(b){b.hidden=false;label();b.addEventListener("click",function(){root.dataset.theme=dark()?"light":"dark";label();try{localStorage.setItem("theme",root.dataset.theme)}catch(e){}})}

// The list of claims: what is chosen stands in the address, and each choice says how many it leaves.
var f=document.getElementById("filters");
if(f){f.hidden=false;
var names=["verdict","footing","theme","kind"],cards=[].slice.call(document.querySelectorAll(".card")),shown=document.getElementById("shown");
function fits(card,except){
var words=f.elements.q.value.toLowerCase().split(/\s+/);
return words.every(function(w){return card.dataset.find.indexOf(w)>=0})&&names.every(function(n){var v=f.elements[n].value;return n===except||!v||has(card,n,v)})}
function has(card,n,v){return n==="footing"?card.dataset[n].split(" ").indexOf(v)>=0:card.dataset[n]===v}
function count(kind){var all=cards.filter(function(c){return c.matches(kind)});return all.filter(function(c){return !c.hidden}).length+" of "+all.length}
function apply(){
cards.forEach(function(c){c.hidden=!fits(c)});
document.querySelectorAll(".theme").forEach(function(s){s.hidden=!s.querySelector(".card:not([hidden])")});
names.forEach(function(n){var left=cards.filter(function(c){return fits(c,n)});
[].slice.call(f.elements[n].options).forEach(function(o){o.dataset.words=o.dataset.words||o.textContent;
o.textContent=o.dataset.words+" ("+left.filter(function(c){return !o.value||has(c,n,o.value)}).length+")"})});
shown.textContent=count(".card:not(.opinion)")+" claims shown"+(document.querySelector(".opinion")?", "+count(".opinion")+" sentences of opinion":"")}
function keep(){var p=new URLSearchParams();names.concat("q").forEach(function(n){if(f.elements[n].value)p.set(n,f.elements[n].value)});
history.replaceState(null,"","#"+p);apply()}
function restore(){if(location.hash.length>1&&location.hash.indexOf("=")<0)return;
var p=new URLSearchParams(location.hash.slice(1));names.concat("q").forEach(function(n){f.elements[n].value=p.get(n)||"";if(f.elements[n].selectedIndex<0)f.elements[n].value=""});apply()}
f.addEventListener("input",keep);f.addEventListener("submit",function(e){e.preventDefault()});
f.addEventListener("reset",function(){setTimeout(keep)});addEventListener("hashchange",restore);apply();restore()}

document.querySelectorAll("[data-copy]").forEach(function(c){c.hidden=false;var words=c.textContent;
c.addEventListener("click",function(){var p=document.getElementById(c.dataset.copy);
function said(ok){c.textContent=ok?"Copied":"Select and copy by hand";setTimeout(function(){c.textContent=words},2000)}
function old(){var r=document.createRange();r.selectNodeContents(p);var s=getSelection();s.removeAllRanges();s.addRange(r);said(document.execCommand("copy"))}
if(navigator.clipboard)navigator.clipboard.writeText(p.textContent).then(function(){said(true)},old);else old()})});

// A table whose rows become cards on a phone is told as a table there too.
var roles={"thead,tbody":"rowgroup","tr":"row","thead th":"columnheader","tbody th":"rowheader","td":"cell"};
document.querySelectorAll("table.rows").forEach(function(t){t.setAttribute("role","table");
Object.keys(roles).forEach(function(kind){t.querySelectorAll(kind).forEach(function(e){e.setAttribute("role",roles[kind])})})});

// Each picture as a file: the wide one, the one chosen of several, in the colours of a light page.
function keepAs(name,address){var a=document.createElement("a");a.href=address;a.download=name;a.click()}
document.querySelectorAll("figure").forEach(function(fig){
var csv=fig.querySelector(".origin a[download]");if(!csv||!fig.querySelector(".scroll svg"))return;
function chosen(){return [].slice.call(fig.querySelectorAll(".switch input")).filter(function(o){return o.checked})[0]}
function seen(){var all=[].slice.call(fig.querySelectorAll(".by")),at=[].slice.call(fig.querySelectorAll(".switch input")).indexOf(chosen());return (all[at]||fig.querySelector(".scroll")).querySelector("svg")}
function name(){var by=chosen();return csv.download.replace(/\.csv$/,"")+(by?"-"+by.value:"")+"."}
var of=csv.getAttribute("aria-label").replace(/^Data of |as CSV$/g,"");
function drawn(){var svg=seen(),copy=svg.cloneNode(true),box=svg.viewBox.baseVal,was=root.dataset.theme,words;
copy.setAttribute("width",box.width+"pt");copy.setAttribute("height",box.height+"pt");
root.dataset.theme="light";var light=getComputedStyle(root);
words=new XMLSerializer().serializeToString(copy).replace(/var\((--\w+)\)/g,function(m,key){return light.getPropertyValue(key).trim()});
if(was)root.dataset.theme=was;else delete root.dataset.theme;
return "data:image/svg+xml,"+encodeURIComponent(words)}
function dots(){var image=new Image(),box=seen().viewBox.baseVal,file=name();
image.onload=function(){var c=document.createElement("canvas"),p=c.getContext("2d");c.width=box.width*8/3;c.height=box.height*8/3;
p.fillStyle="#fff";p.fillRect(0,0,c.width,c.height);p.drawImage(image,0,0,c.width,c.height);keepAs(file+"png",c.toDataURL("image/png"))};
image.src=drawn()}
[["PNG",dots],["SVG",function(){keepAs(name()+"svg",drawn())}]].forEach(function(kind){
var span=document.createElement("span"),b=document.createElement("button");span.className="get";b.type="button";b.className="file";
b.textContent=kind[0];b.setAttribute("aria-label",kind[0]+": picture of "+of.trim());b.addEventListener("click",kind[1]);
span.appendChild(b);csv.parentNode.after(span)})});

// What an address leads to is unfolded, and all folds are for paper.
function unfold(){var e;try{e=location.hash.length>1&&document.getElementById(decodeURIComponent(location.hash.slice(1)))}catch(x){}
for(var p=e;p;p=p.parentElement)if(p.tagName==="DETAILS")p.open=true;if(e)e.scrollIntoView()}
addEventListener("hashchange",unfold);unfold();
var a=document.getElementById("address");
if(a&&/^http/.test(location.protocol))a.textContent=location.href;
document.querySelectorAll("[popover] a").forEach(function(a){a.addEventListener("click",function(){var p=a.closest("[popover]");if(p.hidePopover)p.hidePopover();
if(a.hash===location.hash)unfold()})});
})();
